//! What a window can ask for. Each handler takes the request apart, passes it to the core, and returns its answer.

mod auto_answers;
mod bounds;
mod diagrams;
mod drafts;
mod events;
mod files;
mod finding;
mod folders;
mod instances;
mod quitting;
mod requests;
mod sessions;
mod settings;
mod views;

use outrider_core::protocol::Problem;
use tauri::Runtime;
use tauri::ipc::Invoke;

/// An answer, or what to tell the person: `{code, message, detail}`.
type Answer<T> = Result<T, Problem>;

/// All commands. The capability names them too: one that is missing there is refused.
pub(crate) fn handler<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        folders::attach,
        folders::pick_folder,
        folders::open_folder,
        folders::select_instance,
        folders::close_instance,
        folders::dismiss_problem,
        quitting::quit_shown,
        quitting::answer_quit,
        instances::restart_instance,
        instances::retry_connection,
        instances::dismiss_notice,
        diagrams::draw_diagram,
        views::watch,
        views::look,
        views::ack,
        views::fetch_batch,
        views::load_older,
        views::load_newer,
        views::load_at,
        views::jump_to_latest,
        finding::find,
        finding::find_step,
        finding::show_message,
        finding::prompts,
        views::expand,
        views::section_rows,
        views::section_text,
        views::message_text,
        sessions::new_session,
        sessions::send_prompt,
        drafts::drafts,
        drafts::save_draft,
        drafts::retry_prompt,
        drafts::take_back_prompt,
        drafts::discard_prompt,
        sessions::stop_session,
        sessions::close_tab,
        sessions::delete_session,
        requests::reply_permission,
        requests::reply_question,
        requests::reject_question,
        requests::request_rows,
        auto_answers::auto_answers,
        auto_answers::switch_auto_answers,
        auto_answers::put_rule,
        auto_answers::delete_rule,
        auto_answers::apply_rules,
        events::read_events,
        events::read_event,
        events::save_recording,
        files::existing_files,
        files::open_file,
        settings::update_settings,
        settings::open_link,
        settings::report_error,
    ]
}
