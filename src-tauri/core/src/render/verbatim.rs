use super::escape;
use crate::protocol::Block;

/// Text as one block that shows it exactly as it was typed, line breaks and all; no block for no text.
pub fn verbatim(text: &str) -> Vec<Block> {
    let text = escape::normalise(text);
    if text.trim().is_empty() {
        return Vec::new();
    }
    let mut html = String::from(r#"<p class="verbatim">"#);
    escape::text_into(&mut html, text.trim_end());
    html.push_str("</p>");
    vec![Block { number: 0, html }]
}

#[cfg(test)]
mod tests {
    use super::verbatim;

    #[test]
    fn nothing_of_it_is_markup() {
        let blocks = verbatim("# a\n\n<b>*b*</b>\n");
        assert_eq!(blocks[0].html, "<p class=\"verbatim\"># a\n\n&lt;b&gt;*b*&lt;/b&gt;</p>");
        assert!(verbatim(" \n").is_empty());
    }
}
