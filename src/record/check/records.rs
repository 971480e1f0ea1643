//! Checks of each type of record.

use super::{At, Findings};
use crate::record::{
    Agreement, Alliance, Award, Conferral, Count, Declaration, Event, Evidence, Organization, Person, Place, Post,
    Project, Rank, Record, Reference, Service, Source, Target, Text, Tie,
};

/// Finds what is wrong with the record itself and with what it says of its origin.
pub(super) fn record(findings: &mut Findings, record: &Record) {
    let at = At::Record;
    match record {
        Record::Source(it) => findings.source(at, it),
        Record::Place(it) => findings.place_record(at, it),
        Record::Organization(it) => findings.organization(at, it),
        Record::Person(it) => findings.person(at, it),
        Record::Event(it) => findings.event_record(at, it),
        Record::Tie(it) => findings.tie(at, it),
        Record::Agreement(it) => findings.agreement(at, it),
        Record::Alliance(it) => findings.alliance(at, it),
        Record::Award(it) => findings.award(at, it),
        Record::Conferral(it) => findings.conferral(at, it),
        Record::Declaration(it) => findings.declaration(at, it),
        Record::Count(it) => findings.count(at, it),
        Record::Rank(it) => findings.rank(at, it),
        Record::Target(it) => findings.target(at, it),
        Record::Service(it) => findings.service(at, it),
        Record::Post(it) => findings.post(at, it),
        Record::Project(it) => findings.project(at, it),
        Record::Assessment(it) => findings.id_references(at.field("assesses"), &it.assesses.0, true),
    }
    findings.id(at.field("id"), record.id().unwrap_or("none"));
    findings.id_reference(at.field("source"), record.source());
    findings.within_range(at.field("confidence"), record.confidence(), 0.0, 1.0);
    findings.origin(at, record.evidence(), record.note());
}

impl Findings {
    fn origin(&mut self, at: At<'_>, evidence: &[Evidence], note: Option<&Text>) {
        let list = at.field("evidence");
        evidence.iter().enumerate().for_each(|(index, evidence)| self.evidence(list.index(index), evidence));
        self.maybe_text(at.field("note"), note);
    }

    fn maybe_text(&mut self, at: At<'_>, text: Option<&Text>) {
        if let Some(text) = text {
            self.text(at, text);
        }
    }

    fn maybe_words(&mut self, at: At<'_>, text: Option<&String>) {
        if let Some(text) = text {
            self.words(at, text);
        }
    }

    fn topics(&mut self, at: At<'_>, topics: Option<&Vec<String>>) {
        let topics = topics.map(Vec::as_slice).unwrap_or_default();
        topics.iter().enumerate().for_each(|(index, topic)| self.words(at.index(index), topic));
    }

    fn id_references(&mut self, at: At<'_>, ids: &[String], needed: bool) {
        if needed && ids.is_empty() {
            self.error(at, format!("`{}` is empty", at.name()), "name at least one id");
        }
        ids.iter().enumerate().for_each(|(index, id)| self.id_reference(at.one_of(index, ids.len()), Some(id)));
    }

    /// A thing that names itself where it should name another.
    fn not_itself(&mut self, at: At<'_>, id: Option<&str>, other: Option<&str>) {
        if id.is_some() && id == other {
            self.error(at, format!("`{}` names the record itself", at.name()), "name another, or leave the field out");
        }
    }

    fn source(&mut self, at: At<'_>, source: &Source) {
        self.language(at.field("language"), &source.language);
        self.maybe_text(at.field("title"), source.title.as_ref());
        if let Some(url) = &source.url {
            self.address(at.field("url"), url);
        }
        self.maybe_agent(at.field("publisher"), source.publisher.as_ref());
        self.agents(at.field("authors"), source.authors.as_ref().map_or(&[], |authors| &authors.0));
        self.in_order(at, ("published", source.published), ("retrieved", source.retrieved));
        if let Some(hash) = &source.sha256 {
            self.sha256(at.field("sha256"), hash);
        }
        self.maybe_words(at.field("file"), source.file.as_ref());
        self.maybe_words(at.field("license"), source.license.as_ref());
    }

    fn place_record(&mut self, at: At<'_>, place: &Place) {
        self.text(at.field("names"), &place.names);
        self.maybe_place(at.field("state"), place.state.as_ref());
        self.maybe_place(at.field("within"), place.within.as_ref());
        self.not_itself(at.field("within"), Some(&place.id), place.within.as_ref().and_then(id_of));
        self.within_range(at.field("lat"), place.lat, -90.0, 90.0);
        self.within_range(at.field("long"), place.long, -180.0, 180.0);
        if place.lat.is_some() != place.long.is_some() {
            let at = at.field(if place.lat.is_some() { "lat" } else { "long" });
            self.warning(at, "a position has both `lat` and `long`", "give both or neither");
        }
        if let Some(codes) = &place.codes {
            self.codes(at.field("codes"), codes);
        }
        let same_as = place.same_as.as_ref().map_or(&[][..], |iris| &iris.0);
        for (index, iri) in same_as.iter().enumerate() {
            self.address(at.field("same_as").one_of(index, same_as.len()), iri);
        }
        let different = place.different_from.as_ref().map_or(&[][..], |ids| &ids.0);
        self.id_references(at.field("different_from"), different, false);
        for (index, id) in different.iter().enumerate() {
            self.not_itself(at.field("different_from").one_of(index, different.len()), Some(&place.id), Some(id));
        }
    }

    pub(super) fn organization(&mut self, at: At<'_>, organization: &Organization) {
        self.id(at.field("id"), &organization.id);
        self.text(at.field("names"), &organization.names);
        self.maybe_place(at.field("seat"), organization.seat.as_ref());
        self.organization_reference(at.field("part_of"), organization.part_of.as_ref());
        let whole = organization.part_of.as_ref().and_then(id_of);
        self.not_itself(at.field("part_of"), Some(&organization.id), whole);
    }

    fn person(&mut self, at: At<'_>, person: &Person) {
        self.text(at.field("names"), &person.names);
        self.offices(at.field("offices"), person.offices.as_deref().unwrap_or_default());
    }

    fn event_record(&mut self, at: At<'_>, event: &Event) {
        for (name, absent) in [("id", event.id.is_none()), ("names", event.names.is_none())] {
            if absent {
                let form = crate::record::words::form(name).unwrap_or_default();
                self.error(at, format!("an event needs `{name}`"), form);
            }
        }
        self.event(at, event);
    }

    pub(super) fn event(&mut self, at: At<'_>, event: &Event) {
        self.maybe_text(at.field("names"), event.names.as_ref());
        self.in_order(at, ("start", event.start), ("end", event.end));
        self.maybe_place(at.field("location"), event.location.as_ref());
        self.agents(at.field("hosts"), event.hosts.as_ref().map_or(&[], |hosts| &hosts.0));
        self.maybe_text(at.field("theme"), event.theme.as_ref());
        self.topics(at.field("topics"), event.topics.as_ref());
        self.event_reference(at.field("part_of"), event.part_of.as_ref());
        self.not_itself(at.field("part_of"), event.id.as_deref(), event.part_of.as_ref().and_then(id_of));
        self.counts_from_one(at.field("edition"), event.edition.map(u64::from));
    }

    fn tie(&mut self, at: At<'_>, tie: &Tie) {
        self.parties(at.field("parties"), &tie.parties, 2);
        self.maybe_text(at.field("kind_as_printed"), tie.kind_as_printed.as_ref());
        self.in_order(at, ("since", tie.since), ("until", tie.until));
        self.agreement_reference(at.field("established_by"), tie.established_by.as_ref());
    }

    pub(super) fn agreement(&mut self, at: At<'_>, agreement: &Agreement) {
        self.parties(at.field("parties"), &agreement.parties, 2);
        self.maybe_text(at.field("kind_as_printed"), agreement.kind_as_printed.as_ref());
        self.maybe_text(at.field("names"), agreement.names.as_ref());
        self.event_reference(at.field("signed_at"), agreement.signed_at.as_ref());
        self.signatures(at.field("signatures"), agreement.signatures.as_deref().unwrap_or_default());
        self.topics(at.field("topics"), agreement.topics.as_ref());
        self.tie_reference(at.field("establishes"), agreement.establishes.as_ref());
    }

    fn alliance(&mut self, at: At<'_>, alliance: &Alliance) {
        self.text(at.field("names"), &alliance.names);
        self.parties(at.field("parties"), &alliance.parties, 1);
        self.event_reference(at.field("founded_at"), alliance.founded_at.as_ref());
        self.topics(at.field("topics"), alliance.topics.as_ref());
    }

    fn award(&mut self, at: At<'_>, award: &Award) {
        self.text(at.field("names"), &award.names);
        let givers = at.field("conferred_by");
        if award.conferred_by.0.is_empty() {
            self.error(givers, "`conferred_by` is empty", "name who confers the award");
        }
        self.agents(givers, &award.conferred_by.0);
    }

    fn conferral(&mut self, at: At<'_>, conferral: &Conferral) {
        self.id_reference(at.field("award"), Some(&conferral.award));
        self.place(at.field("recipient"), &conferral.recipient);
        self.counts_from_one(at.field("position"), conferral.position.map(u64::from));
        self.maybe_place(at.field("for_tie_with"), conferral.for_tie_with.as_ref());
        if conferral.for_tie_with.as_ref() == Some(&conferral.recipient) {
            let reason = "the recipient has no tie with itself";
            self.error(at.field("for_tie_with"), reason, "name the other party of the tie, or leave the field out");
        }
        self.event_reference(at.field("conferred_at"), conferral.conferred_at.as_ref());
        self.agents(at.field("conferred_by"), conferral.conferred_by.as_ref().map_or(&[], |givers| &givers.0));
    }

    fn declaration(&mut self, at: At<'_>, declaration: &Declaration) {
        self.text(at.field("names"), &declaration.names);
        self.event_reference(at.field("issued_by"), declaration.issued_by.as_ref());
        let appeals = declaration.appeals.as_deref().unwrap_or_default();
        appeals.iter().enumerate().for_each(|(index, appeal)| self.text(at.field("appeals").index(index), appeal));
    }

    fn count(&mut self, at: At<'_>, count: &Count) {
        self.place(at.field("about"), &count.about);
        self.variable(at.field("variable"), &count.variable);
        self.id_reference(at.field("breakdown_of"), count.breakdown_of.as_deref());
        self.not_itself(at.field("breakdown_of"), count.id.as_deref(), count.breakdown_of.as_deref());
        self.maybe_text(at.field("scope"), count.scope.as_ref());
    }

    fn rank(&mut self, at: At<'_>, rank: &Rank) {
        self.place(at.field("about"), &rank.about);
        self.variable(at.field("variable"), &rank.variable);
        self.counts_from_one(at.field("rank"), Some(rank.rank));
        if let Some(among) = rank.among.filter(|among| *among < rank.rank) {
            let reason = format!("`rank` is {}, but only {among} are ranked", rank.rank);
            self.error(at.field("rank"), reason, "mend `rank` or `among`");
        }
        self.maybe_text(at.field("scope"), rank.scope.as_ref());
    }

    fn target(&mut self, at: At<'_>, target: &Target) {
        self.place(at.field("about"), &target.about);
        self.variable(at.field("variable"), &target.variable);
        self.maybe_agent(at.field("set_by"), target.set_by.as_ref());
        self.maybe_text(at.field("scope"), target.scope.as_ref());
    }

    fn service(&mut self, at: At<'_>, service: &Service) {
        self.places(at.field("stops"), &service.stops, 2);
        self.maybe_text(at.field("names"), service.names.as_ref());
        self.maybe_agent(at.field("operator"), service.operator.as_ref());
    }

    fn post(&mut self, at: At<'_>, post: &Post) {
        self.place(at.field("sending_state"), &post.sending_state);
        self.place(at.field("location"), &post.location);
    }

    fn project(&mut self, at: At<'_>, project: &Project) {
        self.text(at.field("names"), &project.names);
        self.parties(at.field("parties"), project.parties.as_deref().unwrap_or_default(), 0);
        self.maybe_place(at.field("location"), project.location.as_ref());
        self.in_order(at, ("start", project.start), ("end", project.end));
        self.topics(at.field("topics"), project.topics.as_ref());
    }
}

fn id_of<T>(reference: &Reference<T>) -> Option<&str> {
    if let Reference::Id(id) = reference { Some(id) } else { None }
}
