import { convertFileSrc, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Backend } from "./backend";
import type { Announcement, AppView } from "./types";

/** The app's shell: each call is the command of the same name. */
export const tauriBackend: Backend = {
  attach: () => invoke("attach"),
  pickFolder: () => invoke("pick_folder"),
  openFolder: (path) => invoke("open_folder", { path }),
  closeInstance: (instance) => invoke("close_instance", { instance }),
  selectInstance: (instance) => invoke("select_instance", { instance }),

  watch: (instance) => invoke("watch", { instance }),
  look: (instance, focus) => invoke("look", { instance, focus }),
  closeTab: (instance, session) => invoke("close_tab", { instance, session }),
  ack: (instance, feed, revision) => invoke("ack", { instance, feed, revision }),
  fetchBatch: (instance, feed, revision) => invoke("fetch_batch", { instance, feed, revision }),
  loadOlder: (instance, feed) => invoke("load_older", { instance, feed }),
  loadNewer: (instance, feed) => invoke("load_newer", { instance, feed }),
  loadAt: (instance, feed, first, before) => invoke("load_at", { instance, feed, first, before }),
  jumpToLatest: (instance, feed) => invoke("jump_to_latest", { instance, feed }),
  find: (instance, feed, query) => invoke("find", { instance, feed, query }),
  findStep: (instance, feed, forward) => invoke("find_step", { instance, feed, forward }),
  showMessage: (instance, feed, message) => invoke("show_message", { instance, feed, message }),
  prompts: (instance, feed) => invoke("prompts", { instance, feed }),
  expand: (instance, feed, message, part, expanded) => invoke("expand", { instance, feed, message, part, expanded }),

  sectionRows: (instance, feed, place, from, to) => invoke("section_rows", { instance, feed, place, from, to }),
  sectionText: (instance, feed, place) => invoke("section_text", { instance, feed, place }),
  messageText: (instance, feed, message) => invoke("message_text", { instance, feed, message }),
  newSession: (instance) => invoke("new_session", { instance }),
  sendPrompt: (instance, session, text) => invoke("send_prompt", { instance, session, text }),
  retryPrompt: (instance, message) => invoke("retry_prompt", { instance, message }),
  takeBackPrompt: (instance, message) => invoke("take_back_prompt", { instance, message }),
  discardPrompt: (instance, message) => invoke("discard_prompt", { instance, message }),
  drafts: (instance) => invoke("drafts", { instance }),
  saveDraft: (instance, session, text) => invoke("save_draft", { instance, session, text }),
  stopSession: (instance, session) => invoke("stop_session", { instance, session }),
  deleteSession: (instance, session) => invoke("delete_session", { instance, session }),

  replyPermission: (instance, request, reply, message) =>
    invoke("reply_permission", { instance, request, reply, message }),
  replyQuestion: (instance, request, answers) => invoke("reply_question", { instance, request, answers }),
  rejectQuestion: (instance, request) => invoke("reject_question", { instance, request }),
  requestRows: (instance, request, from, to) => invoke("request_rows", { instance, request, from, to }),

  autoAnswers: (instance) => invoke("auto_answers", { instance }),
  switchAutoAnswers: (instance, on) => invoke("switch_auto_answers", { instance, on }),
  putRule: (instance, id, rule) => invoke("put_rule", { instance, id, rule }),
  deleteRule: (instance, id) => invoke("delete_rule", { instance, id }),
  applyRules: (instance) => invoke("apply_rules", { instance }),

  readEvents: (instance, query) => invoke("read_events", { instance, query }),
  readEvent: (instance, number) => invoke("read_event", { instance, number }),
  saveRecording: (instance, includeText) => invoke("save_recording", { instance, includeText }),

  restartInstance: (instance) => invoke("restart_instance", { instance }),
  retryConnection: (instance) => invoke("retry_connection", { instance }),
  dismissNotice: (instance, number) => invoke("dismiss_notice", { instance, number }),
  quitShown: () => invoke("quit_shown"),
  answerQuit: (quit) => invoke("answer_quit", { quit }),
  updateSettings: (settings) => invoke("update_settings", { settings }),
  dismissProblem: (code) => invoke("dismiss_problem", { code }),
  existingFiles: (instance, paths) => invoke("existing_files", { instance, paths }),
  openFile: (instance, path) => invoke("open_file", { instance, path }),
  openLink: (url) => invoke("open_link", { url }),
  pictureAddress: (...place) => convertFileSrc("", "picture") + place.map(encodeURIComponent).join("/"),
  drawDiagram: (request) => invoke("draw_diagram", { request }),
  reportError: (message) => invoke("report_error", { message }),

  onApp: (handler) => listen<AppView>("outrider:app", (event) => handler(event.payload)),
  onFeed: (handler) => listen<Announcement>("outrider:feed", (event) => handler(event.payload)),
  onQuit: (handler) => listen<{ folders: number }>("outrider:quit", (event) => handler(event.payload.folders)),
  onDrag: (handler) => listen<{ over: boolean }>("outrider:drag", (event) => handler(event.payload.over)),
};
