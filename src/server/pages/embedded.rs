//! Data within a page. The only file that hands a template text which it does not escape.

use maud::{Markup, PreEscaped, html};
use serde_json::Value;

/// A block of data in JSON, such as JSON-LD: escaped so that no text in it can end the block.
pub fn json(media_type: &str, value: &Value) -> Markup {
    let text = value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    html! { script type=(media_type) { (PreEscaped(text)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_the_block() {
        let value = serde_json::json!({ "name": "</script><script>alert(1)</script>&amp;<!--" });
        let block = json("application/ld+json", &value).into_string();
        let inside =
            block.strip_prefix("<script type=\"application/ld+json\">").unwrap().strip_suffix("</script>").unwrap();
        assert!(!inside.contains(['<', '>', '&']), "{inside}");
        assert_eq!(serde_json::from_str::<Value>(inside).unwrap(), value);
    }
}
