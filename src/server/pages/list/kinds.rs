//! Which lists there are: what is in them, what they can be narrowed by, what they show of each entry.

use crate::server::pages::texts::Texts;

/// A list.
pub struct List {
    /// Its title.
    pub title: fn(&Texts) -> &'static str,
    /// What is in it: a pattern of `?thing`.
    pub pattern: &'static str,
    /// The property of the date that it is sorted by; without one it is by the number of ties.
    pub date: Option<&'static str>,
    /// A pattern of the state `$state`.
    pub state: Option<&'static str>,
    /// A pattern of the kind `$kind`.
    pub kind: Option<&'static str>,
    /// What bears the date by whose year the list is narrowed, and the property of that.
    pub dated: &'static str,
    /// What is shown of an entry beside its name: the title of a column, and the properties that it shows.
    pub columns: &'static [Column],
}

impl List {
    /// Whether a column says how many ties an entry has.
    pub const fn counts_ties(&self) -> bool {
        self.date.is_none()
    }

    /// A pattern of the year `$year`, a text.
    pub fn in_year(&self) -> String {
        format!("{} ?dated FILTER(STRSTARTS(STR(?dated), $year))", self.dated)
    }

    /// A pattern that gives the years as `?year`.
    pub fn years(&self) -> String {
        format!("{} ?dated BIND(SUBSTR(STR(?dated), 1, 4) AS ?year)", self.dated)
    }
}

/// A column of a list.
pub struct Column {
    /// Its title.
    pub title: fn(&Texts) -> &'static str,
    /// The property that it shows.
    pub property: &'static str,
}

const fn column(property: &'static str, title: fn(&Texts) -> &'static str) -> Column {
    Column { title, property }
}

/// `/places`
pub const PLACES: List = List {
    title: |texts| texts.list.places,
    pattern: "?tie a pact:Tie ; pact:party ?thing .",
    date: None,
    state: Some("?thing pact:sovereignState $state ."),
    kind: Some("?tie pact:kind $kind ."),
    dated: "?tie pact:since",
    columns: &[
        column("pact:sovereignState", |texts| texts.common.state),
        column("pact:level", |texts| texts.common.level),
    ],
};

/// `/ties`
pub const TIES: List = List {
    title: |texts| texts.list.ties,
    pattern: "?thing a pact:Tie .",
    date: Some("pact:since"),
    state: Some("?thing pact:party ?party . ?party pact:sovereignState $state ."),
    kind: Some("?thing pact:kind $kind ."),
    dated: "?thing pact:since",
    columns: &[
        column("pact:kind", |texts| texts.common.kind),
        column("pact:since", |texts| texts.common.since),
        column("pact:attestedOn", |texts| texts.property("pact:attestedOn").unwrap_or_default()),
    ],
};

/// `/agreements`
pub const AGREEMENTS: List = List {
    title: |texts| texts.list.agreements,
    pattern: "?thing a pact:Agreement .",
    date: Some("pact:signedOn"),
    state: Some("?thing pact:party ?party . ?party pact:sovereignState $state ."),
    kind: Some("?thing pact:kind $kind ."),
    dated: "?thing pact:signedOn",
    columns: &[
        column("pact:kind", |texts| texts.common.kind),
        column("pact:party", |texts| texts.common.parties),
        column("pact:signedOn", |texts| texts.common.date),
    ],
};

/// `/awards`
pub const AWARDS: List = List {
    title: |texts| texts.list.awards,
    pattern: "?thing a pact:AwardConferral .",
    date: Some("pact:conferredOn"),
    state: Some("?thing pact:recipient ?recipient . ?recipient pact:sovereignState $state ."),
    kind: Some("?thing pact:award $kind ."),
    dated: "?thing pact:conferredOn",
    columns: &[
        column("pact:recipient", |texts| texts.common.recipient),
        column("pact:award", |texts| texts.common.award),
        column("pact:forTieWith", |texts| texts.common.partner),
        column("schema:position", |texts| texts.common.position),
        column("pact:conferredOn", |texts| texts.common.date),
    ],
};

/// `/events`
pub const EVENTS: List = List {
    title: |texts| texts.list.events,
    pattern: "?thing a schema:Event .",
    date: Some("schema:startDate"),
    state: Some("?thing schema:location ?location . ?location pact:sovereignState $state ."),
    kind: Some("?thing pact:kind $kind ."),
    dated: "?thing schema:startDate",
    columns: &[
        column("pact:kind", |texts| texts.common.kind),
        column("schema:startDate", |texts| texts.common.date),
        column("schema:location", |texts| texts.common.location),
    ],
};

/// `/documents`
pub const DOCUMENTS: List = List {
    title: |texts| texts.list.documents,
    pattern: "?thing a schema:NewsArticle .",
    date: Some("schema:datePublished"),
    state: Some(
        "?graph prov:wasDerivedFrom ?thing . GRAPH ?graph { ?tie pact:party ?party } ?party pact:sovereignState $state .",
    ),
    kind: Some("?thing pact:textCondition $kind ."),
    dated: "?thing schema:datePublished",
    columns: &[
        column("schema:publisher", |texts| texts.property("schema:publisher").unwrap_or_default()),
        column("schema:datePublished", |texts| texts.thing.published),
        column("schema:inLanguage", |texts| texts.common.language),
        column("pact:textCondition", |texts| texts.property("pact:textCondition").unwrap_or_default()),
    ],
};
