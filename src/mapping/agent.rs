//! Who acts: persons, organizations and places, by id, by bare name or described in place.

use super::context::{Context, RecordPath};
use super::emit::Node;
use super::iri::{self, Key};
use super::reference::{Accept, Target, key_text};
use crate::place::Resolution;
use crate::record::{
    Agent, AgentRef, Mention, Office, OneOrMany, Organization, OrganizationKind, OrganizationRef, Person, PlaceRef,
    RecordType, Reference, Text,
};
use crate::vocab::{self, org, pact, schema};

/// What a bare name stands for where a field takes any agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A person: who signed.
    Person,
    /// An organization; or a place, where the name is that of one place.
    Body,
}

impl<'m> Context<'m> {
    /// The node of an agent; `None` where the reference is an error, which has been noted.
    pub(crate) fn agent<'r>(&mut self, agent: &'r AgentRef, role: Role, at: RecordPath<'_>) -> Option<Target<'r>> {
        match agent {
            Reference::Id(id) => self.agent_by_id(id, role, at),
            Reference::Inline(agent) => self.agent_in_place(agent, role, at),
        }
    }

    /// The nodes of one agent or several, linked to `subject`.
    pub(crate) fn agents(
        &mut self,
        subject: &Node,
        predicate: oxrdf::NamedNodeRef<'_>,
        agents: Option<&OneOrMany<AgentRef>>,
        at: RecordPath<'_>,
    ) {
        let Some(OneOrMany(agents)) = agents else { return };
        for (i, agent) in agents.iter().enumerate() {
            if let Some(target) = self.agent(agent, Role::Body, at.item(i, agents.len())) {
                self.out.link(subject, predicate, &target.node);
            }
        }
    }

    fn agent_by_id<'r>(&mut self, id: &'r str, role: Role, at: RecordPath<'_>) -> Option<Target<'r>> {
        use RecordType::{Alliance, Organization, Person, Place};
        match self.run.ids.kind(id) {
            Some(Place) => Some(self.known_place(id.into())),
            Some(kind @ (Organization | Person | Alliance)) => {
                let key = Key::Id(id.into());
                Some(Target { node: self.run.by_id(super::run::segment_of(kind), id), key })
            }
            None if self.run.register.contains(id) => Some(self.known_place(id.into())),
            None => self.agent_by_name(id, role, at),
            Some(kind) => {
                let reason = format!("`{id}` is a record of type {}; here somebody who acts is meant", kind.as_str());
                self.error(
                    at,
                    reason,
                    "give the id of a person, an organization or a place, or a name as {\"name\": …}",
                );
                None
            }
        }
    }

    /// A string that is no id: a place of that name where bodies act, else a name that mints; what looks like an id dangles.
    fn agent_by_name<'r>(&mut self, name: &'r str, role: Role, at: RecordPath<'_>) -> Option<Target<'r>> {
        if role == Role::Body
            && let Some(place) = self.place_named(name)
        {
            return Some(place);
        }
        if looks_like_id(name) {
            let reason = format!("no person, organization or place has the id `{name}`");
            self.error(at, reason, "correct the id; where it is a name, write {\"name\": …}");
            return None;
        }
        if !self.can_be_written(name, at) {
            return None;
        }
        Some(match role {
            Role::Person => self.mint_agent("person", &Text::plain(name)),
            Role::Body => self.mint_agent("org", &Text::plain(name)),
        })
    }

    fn place_named<'r>(&mut self, name: &str) -> Option<Target<'r>> {
        let mention = Mention { name: name.to_owned(), ..Mention::default() };
        match &*self.memory.recall(self.run, &mention, self.language()) {
            Resolution::One { id, .. } => Some(self.known_place(id.clone().into())),
            _ => None,
        }
    }

    /// A person or an organization known by its names alone: the same node wherever its first name is written alike.
    fn mint_agent<'r>(&mut self, kind: &'static str, names: &Text) -> Target<'r> {
        let first = names.first().unwrap_or_default();
        let key = self.memory.agent(first);
        let node = self.run.by_key(kind, &key);
        if self.describe_once(node.as_str()) {
            self.out.class(&node, if kind == "person" { schema::Person } else { schema::Organization });
            self.out.names(&node, Some(names));
        }
        Target { node, key }
    }

    fn agent_in_place<'r>(&mut self, agent: &'r Agent, role: Role, at: RecordPath<'_>) -> Option<Target<'r>> {
        let names = names_of(agent);
        let Some(first) = names.first() else {
            self.error(at, "nobody is named here", "give `name` or `names`");
            return None;
        };
        if agent.state.is_some() || agent.level.is_some() || agent.within.is_some() {
            let mention = Mention {
                name: first.to_owned(),
                state: agent.state.clone(),
                level: agent.level,
                within: agent.within.clone(),
                ..Mention::default()
            };
            return self.mention(&mention, at);
        }
        let person = agent.offices.is_some() || (role == Role::Person && agent.kind.is_none() && agent.seat.is_none());
        let target = self.mint_agent(if person { "person" } else { "org" }, &names);
        self.organization_details(&target.node, agent.kind, agent.seat.as_ref(), at);
        self.offices(&target.node, agent.offices.as_deref(), at.field("offices"));
        Some(target)
    }

    fn organization_details(
        &mut self,
        node: &Node,
        kind: Option<OrganizationKind>,
        seat: Option<&PlaceRef>,
        at: RecordPath<'_>,
    ) {
        if let Some(kind) = kind {
            self.out.concept(node, pact::kind, vocab::CODE, kind.as_str());
        }
        if let Some(seat) = seat
            && let Some(place) = self.place(seat, Accept::Places, at.field("seat"))
        {
            self.out.link(node, schema::location, &place.node);
        }
    }

    /// Terms of office, each a membership that is part of the person's node.
    fn offices(&mut self, person: &Node, offices: Option<&[Office]>, at: RecordPath<'_>) {
        for (i, office) in offices.into_iter().flatten().enumerate() {
            let at = at.index(i);
            let body = office.at.as_ref().and_then(|body| self.agent(body, Role::Body, at.field("at")));
            let title = office.title.first().unwrap_or_default();
            let held = body.as_ref().map_or("", |body| key_text(&body.key));
            let key = Key::Minted(iri::hash([title, held]));
            let node = Node::Iri(iri::fragment(person.as_str(), "office", [&key]));
            self.out.class(&node, org::Membership);
            self.out.link(&node, org::member, person);
            self.out.texts(&node, org::role, Some(&office.title));
            if let Some(body) = body {
                self.out.link(&node, org::organization, &body.node);
            }
        }
    }

    /// A record of an organization, or one written in place.
    pub(crate) fn organization(&mut self, record: &Organization, at: RecordPath<'_>) -> Node {
        let node = self.run.by_id("org", &record.id);
        self.out.class(&node, schema::Organization);
        self.out.names(&node, Some(&record.names));
        self.organization_details(&node, record.kind, record.seat.as_ref(), at);
        if let Some(parent) = &record.part_of
            && let Some(parent) = self.parent(parent, at.field("part_of"))
        {
            self.out.link(&node, schema::parentOrganization, &parent);
        }
        node
    }

    fn parent(&mut self, parent: &OrganizationRef, at: RecordPath<'_>) -> Option<Node> {
        match parent {
            Reference::Id(id) => self.required(id, RecordType::Organization, at),
            Reference::Inline(organization) => Some(self.organization_in_place(organization, at)),
        }
    }

    fn organization_in_place(&mut self, organization: &Organization, at: RecordPath<'_>) -> Node {
        let node = self.organization(organization, at);
        self.common(organization.into(), &node, at);
        node
    }

    /// A record of a person.
    pub(crate) fn person(&mut self, record: &Person, at: RecordPath<'_>) -> Node {
        let node = self.run.by_id("person", &record.id);
        self.out.class(&node, schema::Person);
        self.out.names(&node, Some(&record.names));
        self.offices(&node, record.offices.as_deref(), at.field("offices"));
        node
    }
}

fn names_of(agent: &Agent) -> Text {
    let mut names = Text::default();
    names.0.extend(agent.name.iter().map(|name| (None, vec![name.clone()])));
    names.0.extend(agent.names.iter().flat_map(|names| names.0.iter().cloned()));
    names
}

/// Whether a string that no id matches was still meant as one: letters and digits of ASCII and `-_.:`.
fn looks_like_id(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
}
