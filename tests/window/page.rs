//! The parts of the window by the roles and names that stay fixed, as JavaScript expressions.

/// Defines `get(role, name, within)`, `all(role, within)`, `tabs(list)`, `articles(role)` and `tools(name)`.
pub const PRELUDE: &str = r#"
  const selectors = {
    alert: "[role=alert]", article: "article", button: "button:not([role])", dialog: "dialog[open]",
    group: "[role=group], fieldset", log: "[role=log]", radio: "input[type=radio]", status: "[role=status]",
    checkbox: "input[type=checkbox]", grid: "[role=grid]", region: "section", searchbox: "input[type=search]",
    tab: "[role=tab]", tablist: "[role=tablist]", textbox: "textarea, input[type=text], [role=textbox]",
    tree: "[role=tree]", treeitem: "[role=treeitem]",
  };
  const nameOf = (element) => {
    const ids = element.getAttribute("aria-labelledby");
    if (ids) return ids.split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
    return (element.getAttribute("aria-label") || element.labels?.[0]?.textContent || element.textContent).trim();
  };
  const all = (role, within = document) => [...(within?.querySelectorAll(selectors[role]) ?? [])];
  const get = (role, name, within = document) => all(role, within).find((element) => nameOf(element) === name) ?? null;
  const tabs = (list) => all("tab", get("tablist", list));
  const messages = () => get("log", "Messages");
  const articles = (role) => all("article", messages()).filter((article) => !role || article.dataset.role === role);
  const last = (role) => articles(role).at(-1) ?? null;
  const tools = (name) => [...(messages()?.querySelectorAll(`[data-tool="${name}"]`) ?? [])];
  const session = () => tabs("Sessions").find((tab) => tab.ariaSelected === "true") ?? null;
  const connection = () => get("status", "Connection");
"#;

/// A button.
pub fn button(name: &str) -> String {
    format!("get(\"button\", {name:?})")
}

/// The tab of a folder.
pub fn instance_tab(name: &str) -> String {
    format!("get(\"tab\", {name:?}, get(\"tablist\", \"Instances\"))")
}

/// The tab of a session, or Logs.
pub fn session_tab(title: &str) -> String {
    format!("get(\"tab\", {title:?}, get(\"tablist\", \"Sessions\"))")
}

/// Where a message is written.
pub const COMPOSER: &str = "get(\"textbox\", \"Message\")";

/// A button of the request that waits for the person: group "Permission request" or "Question".
pub fn answer(group: &str, name: &str) -> String {
    format!("get(\"button\", {name:?}, get(\"group\", {group:?}))")
}
