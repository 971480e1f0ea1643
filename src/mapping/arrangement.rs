//! What has parties: ties, agreements, alliances.

use std::hash::BuildHasher as _;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::agent::Role;
use super::context::{Context, RecordPath};
use super::emit::Node;
use super::iri;
use super::reference::{Accept, Target, key_text, sorted_keys};
use crate::place::fold::fold;
use crate::record::{
    Agreement, AgreementRef, Alliance, EstablishedTie, Modality, PlaceRef, RecordType, Reference, Signature, Status,
    Text, Tie, TieKind, TieRef,
};
use crate::vocab::{self, kind, pact, schema};

/// What is said of a tie, by its own record or by the agreement that sets it up.
struct TieFacts<'r> {
    kind: TieKind,
    as_printed: Option<&'r Text>,
    since: Option<crate::record::Date>,
    until: Option<crate::record::Date>,
    attested_on: Option<crate::record::Date>,
    status: Option<Status>,
}

impl<'m> Context<'m> {
    /// The parties of an arrangement: `least` different ones, or an error that has been noted.
    pub(crate) fn parties<'r>(
        &mut self,
        parties: &'r [PlaceRef],
        accept: Accept,
        least: usize,
        at: RecordPath<'_>,
    ) -> Option<Vec<Target<'r>>> {
        let mut targets: Vec<Target<'r>> = Vec::with_capacity(parties.len());
        let (mut taken, hashing) = (HashTable::new(), DefaultHashBuilder::default());
        for (i, party) in parties.iter().enumerate() {
            let target = self.place(party, accept, at.index(i))?;
            let hash = |target: &Target<'_>| hashing.hash_one(target.node.as_str());
            let is_it = |known: &usize| targets[*known].node == target.node;
            if let Entry::Vacant(new) = taken.entry(hash(&target), is_it, |known| hash(&targets[*known])) {
                new.insert(targets.len());
                targets.push(target);
            } else {
                let same = key_text(&target.key).to_owned();
                self.error(at.index(i), format!("`{same}` is already one of the parties"), "name each party once");
            }
        }
        if targets.len() < least && targets.len() == parties.len() {
            self.error(at, format!("{least} parties at least are needed"), "name the other party");
        }
        (targets.len() >= least).then_some(targets)
    }

    /// A tie.
    pub(crate) fn tie(&mut self, record: &Tie, at: RecordPath<'_>) -> Option<Node> {
        let parties = self.parties(&record.parties, Accept::Places, 2, at.field("parties"))?;
        let facts = TieFacts {
            kind: record.kind,
            as_printed: record.kind_as_printed.as_ref(),
            since: record.since,
            until: record.until,
            attested_on: record.attested_on,
            status: status(record.status, record.until.is_some(), record.modality),
        };
        let node = self.tie_facts(&parties, &facts);
        if let Some(agreement) = &record.established_by
            && let Some(agreement) = self.agreement_ref(agreement, at.field("established_by"))
        {
            self.out.link(&node, pact::establishedBy, &agreement);
        }
        Some(node)
    }

    pub(crate) fn tie_node(&self, kind: TieKind, parties: &[Target<'_>]) -> Node {
        Node::Iri(self.run.base.path("tie").fixed(kind.as_str()).keys(sorted_keys(parties)).finish())
    }

    fn tie_facts(&mut self, parties: &[Target<'_>], facts: &TieFacts<'_>) -> Node {
        let node = self.tie_node(facts.kind, parties);
        self.out.class(&node, pact::Tie);
        parties.iter().for_each(|party| self.out.link(&node, pact::party, &party.node));
        self.out.concept(&node, pact::kind, vocab::KIND, facts.kind.as_str());
        self.out.texts(&node, pact::kindAsPrinted, facts.as_printed);
        self.out.date(&node, pact::since, facts.since);
        self.out.date(&node, pact::until, facts.until);
        self.out.date(&node, pact::attestedOn, facts.attested_on);
        let undated = facts.since.is_none() && facts.until.is_none();
        self.out.bounds(&node, facts.since.or(facts.attested_on.filter(|_| undated)), facts.until);
        if let Some(status) = facts.status {
            self.out.concept(&node, pact::status, vocab::CODE, status.as_str());
        }
        node
    }

    /// The node of an agreement, by its id or written in place.
    fn agreement_ref(&mut self, agreement: &AgreementRef, at: RecordPath<'_>) -> Option<Node> {
        match agreement {
            Reference::Id(id) => self.required(id, RecordType::Agreement, at),
            Reference::Inline(agreement) => {
                let node = self.agreement(agreement, at)?;
                self.common((&**agreement).into(), &node, at);
                Some(node)
            }
        }
    }

    /// An agreement, and the tie that it sets up.
    pub(crate) fn agreement(&mut self, record: &Agreement, at: RecordPath<'_>) -> Option<Node> {
        let parties = self.parties(&record.parties, Accept::Agents, 2, at.field("parties"))?;
        let node = self.agreement_node(record, &parties);
        self.out.class(&node, pact::Agreement);
        parties.iter().for_each(|party| self.out.link(&node, pact::party, &party.node));
        self.out.concept(&node, pact::kind, vocab::KIND, record.kind.as_str());
        self.out.texts(&node, pact::kindAsPrinted, record.kind_as_printed.as_ref());
        self.out.names(&node, record.names.as_ref());
        self.out.date(&node, pact::signedOn, record.signed_on);
        self.out.bounds(&node, record.signed_on, None);
        if let Some(event) = &record.signed_at
            && let Some(event) = self.event_ref(event, at.field("signed_at"))
        {
            self.out.link(&node, pact::signedAt, &event.node);
        }
        for (i, signature) in record.signatures.iter().flatten().enumerate() {
            self.signature(&node, signature, at.field("signatures").index(i));
        }
        self.topics(&node, record.topics.as_deref());
        if let Some(tie) = &record.establishes {
            self.establishes(&node, tie, record, &parties, at.field("establishes"));
        }
        Some(node)
    }

    pub(crate) fn agreement_node(&self, record: &Agreement, parties: &[Target<'_>]) -> Node {
        let path = self.run.base.path("agreement");
        let path = match record.signed_on {
            Some(date) => path.fixed(&date.to_string()),
            None => path.segment_undated(self.doc_id()),
        };
        Node::Iri(path.fixed(record.kind.as_str()).keys(sorted_keys(parties)).finish())
    }

    fn signature(&mut self, agreement: &Node, signature: &Signature, at: RecordPath<'_>) {
        let person = self.agent(&signature.person, Role::Person, at.field("person"));
        let party =
            signature.on_behalf_of.as_ref().and_then(|party| self.agent(party, Role::Body, at.field("on_behalf_of")));
        let Some(person) = person else { return };
        let node = Node::Iri(match &party {
            Some(party) => iri::fragment(agreement.as_str(), "signature", [&person.key, &party.key]),
            None => iri::fragment(agreement.as_str(), "signature", [&person.key]),
        });
        self.out.link(agreement, pact::signature, &node);
        self.out.class(&node, pact::Signature);
        self.out.link(&node, pact::signatory, &person.node);
        if let Some(party) = party {
            self.out.link(&node, pact::onBehalfOf, &party.node);
        }
        self.out.texts(&node, pact::capacity, signature.capacity.as_ref());
    }

    fn establishes(
        &mut self,
        agreement: &Node,
        tie: &TieRef,
        record: &Agreement,
        parties: &[Target<'_>],
        at: RecordPath<'_>,
    ) -> Option<()> {
        let node = match tie {
            Reference::Id(id) => self.required(id, RecordType::Tie, at)?,
            Reference::Inline(tie) => self.established_tie(tie, record, parties, at)?,
        };
        self.out.link(&node, pact::establishedBy, agreement);
        Some(())
    }

    /// A tie written within its agreement, whose parties and kind it shares unless it says otherwise.
    fn established_tie(
        &mut self,
        tie: &EstablishedTie,
        record: &Agreement,
        parties: &[Target<'_>],
        at: RecordPath<'_>,
    ) -> Option<Node> {
        let Some(kind) = tie.kind.or(record.kind.tie_kind()) else {
            let reason =
                format!("an agreement of kind {} does not say the kind of the tie it sets up", record.kind.as_str());
            self.error(at, reason, "give the tie's `kind`");
            return None;
        };
        let facts = TieFacts {
            kind,
            as_printed: tie.kind_as_printed.as_ref().or(record.kind_as_printed.as_ref().filter(|_| tie.kind.is_none())),
            since: tie.since,
            until: tie.until,
            attested_on: tie.attested_on,
            status: status(tie.status, tie.until.is_some(), record.modality),
        };
        match &tie.parties {
            None => Some(self.tie_facts(parties, &facts)),
            Some(own) => {
                let own = self.parties(own, Accept::Places, 2, at.field("parties"))?;
                Some(self.tie_facts(&own, &facts))
            }
        }
    }

    /// An alliance.
    pub(crate) fn alliance(&mut self, record: &Alliance, at: RecordPath<'_>) -> Option<Node> {
        let parties = self.parties(&record.parties, Accept::Agents, 1, at.field("parties"))?;
        let node = self.alliance_node(record);
        self.out.class(&node, pact::Alliance);
        self.out.names(&node, Some(&record.names));
        self.out.iri(&node, pact::kind, kind::alliance.as_str());
        parties.iter().for_each(|party| self.out.link(&node, pact::party, &party.node));
        self.out.date(&node, schema::foundingDate, record.founded_on);
        self.out.bounds(&node, record.founded_on, None);
        if let Some(event) = &record.founded_at
            && let Some(event) = self.event_ref(event, at.field("founded_at"))
        {
            self.out.link(&node, pact::foundedAt, &event.node);
        }
        self.topics(&node, record.topics.as_deref());
        Some(node)
    }

    pub(crate) fn alliance_node(&self, record: &Alliance) -> Node {
        match &record.id {
            Some(id) => self.run.by_id("alliance", id),
            None => {
                let name = record.names.first().unwrap_or_default();
                let folded = Some(fold(name)).filter(|folded| !folded.is_empty());
                self.run.by_id("alliance", folded.as_deref().unwrap_or(name))
            }
        }
    }
}

/// The status of a tie that its record states: as such, by an end, or by being but planned or intended. A record that says
/// none of it states no status; queries conclude one.
fn status(given: Option<Status>, ended: bool, modality: Option<Modality>) -> Option<Status> {
    let meant = matches!(modality, Some(Modality::Planned | Modality::Intended));
    given.or(ended.then_some(Status::Ended)).or(meant.then_some(Status::Intended))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_what_the_record_says() {
        use {Modality as M, Status as S};
        for (given, ended, modality, expected) in [
            (None, false, None, None),
            (None, false, Some(M::Done), None),
            (None, true, None, Some(S::Ended)),
            (None, false, Some(M::Planned), Some(S::Intended)),
            (None, false, Some(M::Intended), Some(S::Intended)),
            (None, true, Some(M::Planned), Some(S::Ended)),
            (Some(S::InForce), false, None, Some(S::InForce)),
            (Some(S::Unknown), true, None, Some(S::Unknown)),
        ] {
            assert_eq!(status(given, ended, modality), expected);
        }
    }
}
