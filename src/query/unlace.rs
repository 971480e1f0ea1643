//! The steps of a plan as they would be without the calls that [`super::lace`] puts between them.

use super::explain::Step;
use super::lace::PREFIX;

/// Stands for a condition that is always true.
const TRUE: &str = "\u{1}";
const YES: &str = ", \"true\"^^<http://www.w3.org/2001/XMLSchema#boolean>, ?guard_never)";
const NO: &str = ", \"false\"^^<http://www.w3.org/2001/XMLSchema#boolean>";

impl Step {
    /// Without laces.
    pub(super) fn unlaced(self) -> Self {
        let name = unlaced(&self.name);
        let mut children: Vec<Self> = self.children.into_iter().map(Self::unlaced).collect();
        let is_lace = name == format!("Filter({TRUE})") || name.starts_with("Extend() -> ?guard_");
        if is_lace && children.len() == 1 {
            return children.remove(0);
        }
        Self { name: name.replace(TRUE, "true"), children, ..self }
    }
}

fn unlaced(name: &str) -> String {
    if name.starts_with("Service(<urn:citypact:subquery:") {
        return "Subquery(in order, evaluated before)".to_owned();
    }
    let name = calls(name);
    let name = name.replace(&format!("COALESCE({YES}"), TRUE);
    let name = conditions(&name);
    let name = name.replace(&format!("{TRUE} && "), "").replace(&format!(" && {TRUE}"), "");
    let name = name.replace(&format!("({TRUE})"), TRUE).replace(&format!("Filter{TRUE}"), &format!("Filter({TRUE})"));
    let name = name.replace(&format!(" . FILTER{TRUE}"), "");
    if name.starts_with("Extend( -> ?guard_") { name.replacen("Extend(", "Extend()", 1) } else { name }
}

/// Calls of the private functions become their arguments.
fn calls(name: &str) -> String {
    let mut rest = name;
    let mut out = String::new();
    while let Some(at) = rest.find(PREFIX).filter(|at| *at > 0) {
        let Some(open) = rest[at..].find('(').map(|open| at + open) else { break };
        let Some(close) = closing(&rest[open..]).map(|close| open + close) else { break };
        let argument = &rest[open + 1..close];
        out += &rest[..at - 1];
        rest = &rest[close + 1..];
        if argument == "?guard_never" {
            // The count of groups: an aggregate of its own, after others.
            out.truncate(out.trim_end_matches(", ").len());
            rest = rest.find([',', ')']).map_or("", |end| &rest[end..]);
        } else {
            out += &calls(argument);
        }
    }
    out + rest
}

/// `IF(true, e, false)` becomes `e`.
fn conditions(name: &str) -> String {
    let begin = format!("IF({TRUE}, ");
    let Some(at) = name.find(&begin) else { return name.to_owned() };
    let inner = at + begin.len();
    let close = closing(&name[at + 2..]).map_or(name.len(), |close| at + 2 + close);
    let expression = name[inner..close].strip_suffix(NO).unwrap_or(&name[inner..close]);
    let after = name.get(close + 1..).unwrap_or_default();
    conditions(&format!("{}{expression}{after}", &name[..at]))
}

/// Where the bracket that the text begins with is closed.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUARD: &str =
        "COALESCE(<urn:citypact:guard:1a:7>(), \"true\"^^<http://www.w3.org/2001/XMLSchema#boolean>, ?guard_never)";

    fn of(name: &str) -> String {
        unlaced(&name.replace('G', GUARD)).replace(TRUE, "true")
    }

    #[test]
    fn laces_are_taken_out_of_names() {
        let no = "\"false\"^^<http://www.w3.org/2001/XMLSchema#boolean>";
        assert_eq!(of("Filter(G)"), "Filter(true)");
        assert_eq!(of("Filter((G && G))"), "Filter(true)");
        assert_eq!(of(&format!("Filter((IF(G, (?c > \")(\\\"\"), {no}) && G))")), "Filter(((?c > \")(\\\"\")))");
        assert_eq!(of("Extend(<urn:citypact:guard:1a:3>() -> ?guard_1)"), "Extend() -> ?guard_1)");
        assert_eq!(
            of("Extend(<urn:citypact:guard:1a:16>(CONCAT(<urn:citypact:guard:1a:15>(STR(?c)), \"a\")) -> ?r)"),
            "Extend(CONCAT(STR(?c), \"a\") -> ?r)"
        );
        assert_eq!(
            of("Aggregate(?a, COUNT(?c) -> ?v, <urn:citypact:guard:1a:group:0>(?guard_never) -> ?guard_1)"),
            "Aggregate(?a, COUNT(?c) -> ?v)"
        );
        assert_eq!(
            of(&format!("Filter(IF(G, EXISTS {{ ?c ?d ?e . FILTER(IF(G, sameTerm(?e, ?c), {no})) }}, {no}))")),
            "Filter(EXISTS { ?c ?d ?e . FILTER(sameTerm(?e, ?c)) })"
        );
        assert_eq!(of("Filter(EXISTS { ?c ?d ?e . FILTER(G) })"), "Filter(EXISTS { ?c ?d ?e })");
    }

    #[test]
    fn steps_that_are_laces_are_not_shown() {
        let step = |name: &str, children| Step {
            name: name.replace('G', GUARD),
            estimated: None,
            rows: None,
            seconds: None,
            children,
        };
        let plan = step("Project(?s)", vec![step("Filter(G)", vec![step("QuadPattern(?s ?p ?o)", vec![])])]);
        assert_eq!(plan.unlaced(), step("Project(?s)", vec![step("QuadPattern(?s ?p ?o)", vec![])]));
    }
}
