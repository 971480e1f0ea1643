//! Property paths: how often a pair of ends comes (SPARQL 1.1, section 18.4).

use super::{answer, node, store};
use oxrdf::{GraphName, Quad};

/// a and b are joined by p and by q, b and c by r twice over: to c1 and c2.
fn twice() -> citypact::store::Embedded {
    let quad = |s: &str, p: &str, o: &str| Quad::new(node(s), node(p), node(o), GraphName::NamedNode(node("g")));
    store([quad("a", "p", "b"), quad("a", "q", "b"), quad("b", "r", "c1"), quad("b", "r", "c2")])
}

#[test]
fn alternatives_are_a_union_and_closures_are_sets() {
    let store = twice();
    for (pattern, rows) in [
        ("x:a x:p|x:q ?end", 2),
        ("?start x:p|x:q ?end", 2),
        ("x:a (x:p|x:q)/x:r ?end", 4),
        ("?end ^(x:p|x:q) x:a", 2),
        ("x:a ((x:p|x:q)/x:r)|x:p ?end", 5),
        ("[] x:p|x:q|x:q ?end", 3),
        ("x:a !x:r ?end", 2),
        ("x:a (x:p|x:q)+ ?end", 1),
        ("x:a (x:p|x:q)? ?end", 2),
        ("x:a x:p|x:q ?end . ?end x:r x:c1", 2),
        ("GRAPH ?g { x:a x:p|x:q ?end }", 2),
    ] {
        assert_eq!(answer(&store, &format!("SELECT * {{ {pattern} }}")).rows.len(), rows, "{pattern}");
    }
    let exists = "SELECT ?s { ?s x:p ?o FILTER EXISTS { ?s x:z|x:q ?o } }";
    assert_eq!(answer(&store, exists).rows.len(), 1);
}
