//! Checks of what one record says of another: mentions, parties, agents, and what is written in place.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{At, Findings};
use crate::record::{
    Agent, AgentRef, Agreement, AgreementRef, EstablishedTie, EventRef, Mention, Office, Organization, OrganizationRef,
    PlaceRef, Reference, Signature, TieRef,
};

impl Findings {
    fn reference<T>(&mut self, at: At<'_>, reference: &Reference<T>, inline: impl FnOnce(&mut Self, &T)) {
        match reference {
            Reference::Id(id) if id.trim().is_empty() => {
                self.error(at, "the reference is empty", "write an id or a name, or leave the field out");
            }
            Reference::Id(_) => {}
            Reference::Inline(thing) => inline(self, thing),
        }
    }

    pub(super) fn id_reference(&mut self, at: At<'_>, id: Option<&str>) {
        if id.is_some_and(|id| id.trim().is_empty()) {
            self.error(at, "the reference is empty", "write an id, or leave the field out");
        }
    }

    pub(super) fn place(&mut self, at: At<'_>, place: &PlaceRef) {
        self.reference(at, place, |findings, mention| findings.mention(at, mention));
    }

    pub(super) fn maybe_place(&mut self, at: At<'_>, place: Option<&PlaceRef>) {
        if let Some(place) = place {
            self.place(at, place);
        }
    }

    fn mention(&mut self, at: At<'_>, mention: &Mention) {
        self.words(at.field("name"), &mention.name);
        let also = at.field("also");
        mention.also.iter().enumerate().for_each(|(index, name)| self.words(also.index(index), name));
        for (name, around) in [("state", &mention.state), ("within", &mention.within)] {
            self.id_reference(at.field(name), around.as_deref());
        }
        if let Some(codes) = &mention.codes {
            self.codes(at.field("codes"), codes);
        }
    }

    /// At least `least` places, each once.
    pub(super) fn places(&mut self, at: At<'_>, places: &[PlaceRef], least: usize) {
        if places.len() < least {
            let reason = format!("`{}` has {} of the {least} or more it needs", at.name(), places.len());
            self.error(at, reason, crate::record::words::form(at.name()).unwrap_or_default());
        }
        places.iter().enumerate().for_each(|(index, place)| self.place(at.index(index), place));
    }

    /// At least `least` parties, none of them twice.
    pub(super) fn parties(&mut self, at: At<'_>, parties: &[PlaceRef], least: usize) {
        self.places(at, parties, least);
        let mut seen = HashMap::new();
        for (index, party) in parties.iter().enumerate() {
            match seen.entry(party) {
                Entry::Vacant(first) => drop(first.insert(index)),
                Entry::Occupied(first) => {
                    let reason = format!("the party is the same as {}", at.index(*first.get()));
                    self.error(at.index(index), reason, "name each party once");
                }
            }
        }
    }

    pub(super) fn agent(&mut self, at: At<'_>, agent: &AgentRef) {
        self.reference(at, agent, |findings, agent| findings.described(at, agent));
    }

    pub(super) fn maybe_agent(&mut self, at: At<'_>, agent: Option<&AgentRef>) {
        if let Some(agent) = agent {
            self.agent(at, agent);
        }
    }

    pub(super) fn agents(&mut self, at: At<'_>, agents: &[AgentRef]) {
        agents.iter().enumerate().for_each(|(index, agent)| self.agent(at.one_of(index, agents.len()), agent));
    }

    fn described(&mut self, at: At<'_>, agent: &Agent) {
        if agent.name.is_none() && agent.names.is_none() {
            self.error(at, format!("`{}` has neither `name` nor `names`", at.name()), "give it a name");
        }
        if let Some(name) = &agent.name {
            self.words(at.field("name"), name);
        }
        if let Some(names) = &agent.names {
            self.text(at.field("names"), names);
        }
        self.maybe_place(at.field("seat"), agent.seat.as_ref());
        self.offices(at.field("offices"), agent.offices.as_deref().unwrap_or_default());
        for (name, around) in [("state", &agent.state), ("within", &agent.within)] {
            self.id_reference(at.field(name), around.as_deref());
        }
    }

    pub(super) fn offices(&mut self, at: At<'_>, offices: &[Office]) {
        for (index, office) in offices.iter().enumerate() {
            self.text(at.index(index).field("title"), &office.title);
            self.maybe_agent(at.index(index).field("at"), office.at.as_ref());
        }
    }

    pub(super) fn signatures(&mut self, at: At<'_>, signatures: &[Signature]) {
        for (index, signature) in signatures.iter().enumerate() {
            let at = at.index(index);
            self.agent(at.field("person"), &signature.person);
            self.maybe_agent(at.field("on_behalf_of"), signature.on_behalf_of.as_ref());
            if let Some(capacity) = &signature.capacity {
                self.text(at.field("capacity"), capacity);
            }
        }
    }

    pub(super) fn event_reference(&mut self, at: At<'_>, event: Option<&EventRef>) {
        if let Some(event) = event {
            self.reference(at, event, |findings, event| findings.event(at, event));
        }
    }

    pub(super) fn organization_reference(&mut self, at: At<'_>, organization: Option<&OrganizationRef>) {
        if let Some(organization) = organization {
            self.reference(at, organization, |findings, inline: &Organization| findings.organization(at, inline));
        }
    }

    pub(super) fn agreement_reference(&mut self, at: At<'_>, agreement: Option<&AgreementRef>) {
        if let Some(agreement) = agreement {
            self.reference(at, agreement, |findings, inline: &Agreement| findings.agreement(at, inline));
        }
    }

    pub(super) fn tie_reference(&mut self, at: At<'_>, tie: Option<&TieRef>) {
        if let Some(tie) = tie {
            self.reference(at, tie, |findings, tie| findings.established(at, tie));
        }
    }

    fn established(&mut self, at: At<'_>, tie: &EstablishedTie) {
        if let Some(parties) = &tie.parties {
            self.parties(at.field("parties"), parties, 2);
        }
        if let Some(words) = &tie.kind_as_printed {
            self.text(at.field("kind_as_printed"), words);
        }
        self.in_order(at, ("since", tie.since), ("until", tie.until));
    }
}
