//! Shapes parser: a shapes graph into shapes.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use oxrdf::{NamedNode, NamedNodeRef, Term};

use super::component::{Component, components};
use super::constraint::{Bound, Constraint, Number, Qualified, Same, Shape, Shapes, Target};
use super::path::Path;
use super::source::{Source, flag, short};
use super::{GRAPH, ShapesError};
use crate::check::data::graph_number;
use crate::index::{GraphFilter, Id, Selection, Version};
use crate::vocab::{owl, rdf, rdfs, sh};
use crate::xpath::Regex;

/// What may stand at a shape and is no constraint.
const OTHER: &[NamedNodeRef<'static>] = &[
    sh::targetClass,
    sh::targetNode,
    sh::targetObjectsOf,
    sh::targetSubjectsOf,
    sh::deactivated,
    sh::message,
    sh::severity,
    sh::name,
    sh::description,
    sh::order,
    sh::group,
    sh::defaultValue,
    sh::path,
    sh::declare,
    sh::shapesGraph,
    sh::suggestedShapesGraph,
];
/// Parameters of constraints, and whether they are for property shapes alone.
const PARAMETERS: &[(NamedNodeRef<'static>, bool)] = &[
    (sh::class, false),
    (sh::datatype, false),
    (sh::nodeKind, false),
    (sh::minCount, true),
    (sh::maxCount, true),
    (sh::minExclusive, false),
    (sh::minInclusive, false),
    (sh::maxExclusive, false),
    (sh::maxInclusive, false),
    (sh::minLength, false),
    (sh::maxLength, false),
    (sh::pattern, false),
    (sh::flags, false),
    (sh::languageIn, false),
    (sh::uniqueLang, true),
    (sh::equals, false),
    (sh::disjoint, false),
    (sh::lessThan, true),
    (sh::lessThanOrEquals, true),
    (sh::not, false),
    (sh::and, false),
    (sh::or, false),
    (sh::xone, false),
    (sh::node, false),
    (sh::property, false),
    (sh::qualifiedValueShape, false),
    (sh::qualifiedMinCount, false),
    (sh::qualifiedMaxCount, false),
    (sh::qualifiedValueShapesDisjoint, false),
    (sh::closed, false),
    (sh::ignoredProperties, false),
    (sh::hasValue, false),
    (sh::in_, false),
    (sh::sparql, false),
];

/// A property, and what is made of its value.
type Make<A, B> = (NamedNodeRef<'static>, fn(A) -> B);

pub(super) struct Reader {
    pub(super) source: Source,
    pub(super) components: Vec<Component>,
    shapes: Vec<Option<Shape>>,
    numbers: HashMap<Id, Number>,
    same: Same,
}

impl Shapes {
    /// Reads the shapes that stand beside the data (see [`super::add`]).
    ///
    /// # Errors
    /// [`ShapesError`]: the graph is not well-formed, or says something that is not understood.
    pub fn read(data: &Arc<Version>) -> Result<Self, ShapesError> {
        let graphs = graph_number(data, GRAPH).map_or_else(|| GraphFilter::Set([].into()), GraphFilter::One);
        let source = Source { graph: Selection::new(data.clone(), graphs) };
        if let Some(node) = source.subjects(sh::entailment, None).first() {
            return Err(source.error(*node, "asks for an entailment regime (sh:entailment), and none is supported"));
        }
        let components = components(&source)?;
        let same = Same::of(&source.graph);
        let mut reader = Reader { source, components, shapes: Vec::new(), numbers: HashMap::new(), same };
        for node in reader.roots() {
            reader.shape(node)?;
        }
        Ok(Self { shapes: reader.shapes.into_iter().flatten().collect(), same: reader.same })
    }
}

impl Reader {
    /// The nodes that are shapes by their class or have targets.
    fn roots(&self) -> BTreeSet<Id> {
        let mut roots: BTreeSet<Id> = BTreeSet::new();
        for class in [sh::NodeShape, sh::PropertyShape, sh::Shape] {
            roots.extend(self.source.subjects(rdf::type_, Some(class)));
        }
        let marks = ["target", "rule"].map(|name| NamedNode::new_unchecked(format!("{}{name}", sh::NS)));
        let marks = marks.iter().map(NamedNode::as_ref);
        let targets =
            [sh::targetClass, sh::targetNode, sh::targetObjectsOf, sh::targetSubjectsOf, sh::property, sh::sparql];
        for property in targets.into_iter().chain(marks) {
            roots.extend(self.source.subjects(property, None));
        }
        roots
    }

    /// The number of a shape, which is read where it was not yet.
    fn shape(&mut self, node: Id) -> Result<Number, ShapesError> {
        if let Some(number) = self.numbers.get(&node) {
            if self.shapes[*number].is_none() {
                let reason = "refers to itself, directly or through others; what that means is left open by SHACL";
                return Err(self.source.error(node, reason));
            }
            return Ok(*number);
        }
        let number = self.shapes.len();
        self.numbers.insert(node, number);
        self.shapes.push(None);
        let path = match self.source.one(node, sh::path)? {
            Some(path) => Some((path, Arc::new(Path::read(&self.source, path)?))),
            None if self.source.subjects(rdf::type_, Some(sh::PropertyShape)).contains(&node) => {
                return Err(self.source.error(node, "a property shape has one sh:path"));
            }
            None => None,
        };
        self.known(node, path.is_some())?;
        let severity = match self.source.one(node, sh::severity)?.map(|id| self.source.term(id)) {
            None => sh::Violation.into(),
            Some(Term::NamedNode(severity)) => severity,
            Some(_) => return Err(self.source.error(node, "sh:severity is one IRI")),
        };
        let messages = self.source.objects(node, sh::message);
        if messages.iter().any(|message| !self.source.is_literal(*message)) {
            return Err(self.source.error(node, "sh:message is a text"));
        }
        let shape = Shape {
            node,
            targets: self.targets(node)?,
            deactivated: flag(&self.source, node, sh::deactivated)?,
            severity,
            messages,
            constraints: self.constraints(node, path.as_ref().map(|(_, path)| path.as_ref()))?,
            path,
        };
        self.shapes[number] = Some(shape);
        Ok(number)
    }

    /// Everything of SHACL's namespace that stands at a shape must be understood.
    fn known(&self, node: Id, is_property: bool) -> Result<(), ShapesError> {
        for [_, property, _] in self.source.graph.triples([Some(node), None, None]) {
            let Term::NamedNode(property) = self.source.term(property) else { continue };
            let property = property.as_ref();
            let of_query =
                [sh::select, sh::prefixes].contains(&property) && self.source.objects(node, sh::sparql).contains(&node);
            if !property.as_str().starts_with(sh::NS) || OTHER.contains(&property) || of_query {
                continue;
            }
            match PARAMETERS.iter().find(|(known, _)| *known == property) {
                None => {
                    return Err(self.source.error(node, &format!("{} is not understood", short(property))));
                }
                Some((_, true)) if !is_property => {
                    return Err(self.source.error(node, &format!("{} is for property shapes", short(property))));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn targets(&self, node: Id) -> Result<Vec<Target>, ShapesError> {
        let nodes = self.source.objects(node, sh::targetNode);
        let mut targets: Vec<Target> = nodes.into_iter().map(|node| Target::Node(self.in_data(node))).collect();
        let kinds: [Make<Id, Target>; 3] = [
            (sh::targetClass, Target::Class),
            (sh::targetSubjectsOf, Target::SubjectsOf),
            (sh::targetObjectsOf, Target::ObjectsOf),
        ];
        for (property, make) in kinds {
            for value in self.source.objects(node, property) {
                if !self.source.is_iri(value) {
                    return Err(self.source.error(node, &format!("{} is an IRI", short(property))));
                }
                targets.push(make(value));
            }
        }
        let classes = [rdfs::Class, owl::Class];
        if classes.iter().any(|class| self.source.subjects(rdf::type_, Some(*class)).contains(&node)) {
            targets.push(Target::Class(node));
        }
        Ok(targets)
    }

    /// The node as the data has it, where the shapes have it otherwise.
    fn in_data(&self, node: Id) -> Id {
        let all = Selection::all(self.source.graph.version().clone());
        let shapes = graph_number(all.version(), GRAPH);
        let occurs = |node: &Id| all.quads([None, None, Some(*node)]).any(|(.., graph)| Some(graph) != shapes);
        if !self.source.is_literal(node) || occurs(&node) {
            return node;
        }
        self.same.all(node).find(occurs).unwrap_or(node)
    }

    fn constraints(&mut self, node: Id, path: Option<&Path>) -> Result<Vec<Constraint>, ShapesError> {
        let mut found = Vec::new();
        self.of_values(node, &mut found)?;
        self.of_texts(node, &mut found)?;
        self.of_pairs(node, &mut found)?;
        self.of_shapes(node, &mut found)?;
        self.qualified(node, &mut found)?;
        self.closed(node, &mut found)?;
        for constraint in self.source.objects(node, sh::sparql) {
            found.extend(self.select(node, constraint, path)?);
        }
        for component in 0..self.components.len() {
            self.custom(node, component, path, &mut found)?;
        }
        Ok(found)
    }

    fn iris(&self, node: Id, property: NamedNodeRef<'_>) -> Result<Vec<Id>, ShapesError> {
        let values = self.source.objects(node, property);
        if values.iter().all(|value| self.source.is_iri(*value)) {
            return Ok(values);
        }
        Err(self.source.error(node, &format!("{} is an IRI", short(property))))
    }

    fn number(&self, node: Id, property: NamedNodeRef<'_>) -> Result<Option<u64>, ShapesError> {
        let Some(value) = self.source.one(node, property)? else { return Ok(None) };
        let number = self.source.text(value).and_then(|text| text.parse().ok());
        number.map(Some).ok_or_else(|| self.source.error(node, &format!("{} is a whole number", short(property))))
    }

    fn of_values(&self, node: Id, found: &mut Vec<Constraint>) -> Result<(), ShapesError> {
        let source = &self.source;
        found.extend(self.number(node, sh::minCount)?.map(Constraint::MinCount));
        found.extend(self.number(node, sh::maxCount)?.map(Constraint::MaxCount));
        found.extend(self.iris(node, sh::class)?.into_iter().map(Constraint::Class));
        source.one(node, sh::datatype)?;
        found.extend(self.iris(node, sh::datatype)?.into_iter().map(Constraint::Datatype));
        if let Some(kind) = source.one(node, sh::nodeKind)? {
            let kinds =
                [sh::BlankNode, sh::IRI, sh::Literal, sh::BlankNodeOrIRI, sh::BlankNodeOrLiteral, sh::IRIOrLiteral];
            match source.term(kind) {
                Term::NamedNode(kind) if kinds.contains(&kind.as_ref()) => found.push(Constraint::NodeKind(kind)),
                _ => return Err(source.error(node, "sh:nodeKind is none of SHACL's kinds")),
            }
        }
        let bounds = [
            (sh::minExclusive, Bound::MinExclusive),
            (sh::minInclusive, Bound::MinInclusive),
            (sh::maxExclusive, Bound::MaxExclusive),
            (sh::maxInclusive, Bound::MaxInclusive),
        ];
        for (property, bound) in bounds {
            let Some(limit) = source.one(node, property)? else { continue };
            if super::values::compare(&source.term(limit), &source.term(limit)).is_none() {
                return Err(source.error(node, &format!("{} is no value that can be compared", short(property))));
            }
            found.push(Constraint::Bound(bound, limit));
        }
        found.extend(source.objects(node, sh::hasValue).into_iter().map(Constraint::HasValue));
        if let Some(list) = source.one(node, sh::in_)? {
            found.push(Constraint::In(source.list(list)?.into_iter().map(|member| self.same.one(member)).collect()));
        }
        Ok(())
    }

    fn of_texts(&self, node: Id, found: &mut Vec<Constraint>) -> Result<(), ShapesError> {
        let source = &self.source;
        found.extend(self.number(node, sh::minLength)?.map(Constraint::MinLength));
        found.extend(self.number(node, sh::maxLength)?.map(Constraint::MaxLength));
        let flags = source.one(node, sh::flags)?.and_then(|flags| source.text(flags)).unwrap_or_default();
        if let Some(pattern) = source.one(node, sh::pattern)? {
            let text = source.text(pattern).ok_or_else(|| source.error(node, "sh:pattern is a text"))?;
            let regex = Regex::new(&text, &flags).map_err(|error| {
                source.error(node, &format!("its pattern is not understood: {text} (sh:pattern is XPath's): {error}"))
            })?;
            found.push(Constraint::Pattern(regex, text));
        }
        if let Some(list) = source.one(node, sh::languageIn)? {
            let ranges = source.list(list)?.into_iter().map(|range| {
                source.text(range).ok_or_else(|| source.error(node, "sh:languageIn is a list of language ranges"))
            });
            found.push(Constraint::LanguageIn(ranges.collect::<Result<_, _>>()?));
        }
        if flag(source, node, sh::uniqueLang)? {
            found.push(Constraint::UniqueLang);
        }
        Ok(())
    }

    fn of_pairs(&self, node: Id, found: &mut Vec<Constraint>) -> Result<(), ShapesError> {
        let kinds: [Make<Id, Constraint>; 4] = [
            (sh::equals, Constraint::Equals),
            (sh::disjoint, Constraint::Disjoint),
            (sh::lessThan, Constraint::LessThan),
            (sh::lessThanOrEquals, Constraint::LessThanOrEquals),
        ];
        for (property, make) in kinds {
            found.extend(self.iris(node, property)?.into_iter().map(make));
        }
        Ok(())
    }

    fn of_shapes(&mut self, node: Id, found: &mut Vec<Constraint>) -> Result<(), ShapesError> {
        for shape in self.source.objects(node, sh::not) {
            found.push(Constraint::Not(self.shape(shape)?));
        }
        let lists: [Make<Vec<Number>, Constraint>; 3] =
            [(sh::and, Constraint::And), (sh::or, Constraint::Or), (sh::xone, Constraint::Xone)];
        for (property, make) in lists {
            for list in self.source.objects(node, property) {
                let members = self.source.list(list)?;
                found.push(make(members.into_iter().map(|shape| self.shape(shape)).collect::<Result<_, _>>()?));
            }
        }
        for shape in self.source.objects(node, sh::node) {
            if !self.source.objects(shape, sh::path).is_empty() {
                return Err(self.source.error(node, "sh:node is a node shape, without sh:path"));
            }
            found.push(Constraint::Node(self.shape(shape)?));
        }
        for shape in self.source.objects(node, sh::property) {
            if self.source.objects(shape, sh::path).is_empty() {
                return Err(self.source.error(shape, "sh:property is a property shape, with sh:path"));
            }
            found.push(Constraint::Property(self.shape(shape)?));
        }
        Ok(())
    }

    fn qualified(&mut self, node: Id, found: &mut Vec<Constraint>) -> Result<(), ShapesError> {
        let (least, most) = (self.number(node, sh::qualifiedMinCount)?, self.number(node, sh::qualifiedMaxCount)?);
        // Counts without a shape are no constraint (SHACL §2.1.1: a component needs its mandatory parameters).
        let Some(wanted) = self.source.one(node, sh::qualifiedValueShape)? else { return Ok(()) };
        let shape = self.shape(wanted)?;
        let mut siblings = BTreeSet::new();
        if flag(&self.source, node, sh::qualifiedValueShapesDisjoint)? {
            let property = self.source.id(sh::property);
            let parents = property.into_iter().flat_map(|property| self.source.graph.subjects(property, node));
            for property in parents.flat_map(|parent| self.source.objects(parent, sh::property)) {
                siblings.extend(self.source.objects(property, sh::qualifiedValueShape));
            }
            siblings.remove(&wanted);
        }
        let siblings = siblings.into_iter().map(|sibling| self.shape(sibling)).collect::<Result<Vec<_>, _>>()?;
        let qualified = Qualified { shape, siblings };
        found.extend(least.map(|count| Constraint::QualifiedMin(qualified.clone(), count)));
        found.extend(most.map(|count| Constraint::QualifiedMax(qualified, count)));
        Ok(())
    }

    fn closed(&self, node: Id, found: &mut Vec<Constraint>) -> Result<(), ShapesError> {
        let ignored = match self.source.one(node, sh::ignoredProperties)? {
            Some(list) => self.source.list(list)?,
            None => Vec::new(),
        };
        if !flag(&self.source, node, sh::closed)? {
            return Ok(());
        }
        let properties = self.source.objects(node, sh::property);
        let paths = properties.into_iter().flat_map(|property| self.source.objects(property, sh::path));
        found.push(Constraint::Closed(paths.filter(|path| self.source.is_iri(*path)).chain(ignored).collect()));
        Ok(())
    }
}
