//! Terms of other vocabularies, as far as the mapping, the catalogue and the service description use them.

namespace! {
    /// RDF 1.1.
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#" {
        type_: "type", first, rest, nil, langString, Property, value,
    }
}

namespace! {
    /// RDF Schema 1.1.
    rdfs = "http://www.w3.org/2000/01/rdf-schema#" {
        label, comment, seeAlso, isDefinedBy, subClassOf, subPropertyOf, domain, range, Literal, Class, Datatype,
    }
}

namespace! {
    /// OWL 2.
    owl = "http://www.w3.org/2002/07/owl#" {
        Ontology, Class, ObjectProperty, DatatypeProperty, AnnotationProperty, FunctionalProperty, SymmetricProperty,
        IrreflexiveProperty, AllDisjointClasses, NamedIndividual, Restriction, Thing, members, unionOf, sameAs,
        differentFrom, versionIRI, versionInfo, imports, deprecated, equivalentClass, equivalentProperty, inverseOf,
    }
}

namespace! {
    /// XML Schema datatypes.
    xsd = "http://www.w3.org/2001/XMLSchema#" {
        string, boolean, integer, decimal, double, nonNegativeInteger, positiveInteger, anyURI, date, dateTime, gYear,
        gYearMonth,
    }
}

namespace! {
    /// schema.org.
    schema = "https://schema.org/" {
        AdministrativeArea, City, Country, State, Place, Event, EventSeries, NewsArticle, CreativeWork, Person,
        Organization, Project, Observation, PropertyValue, ItemList, ListItem, GovernmentOffice,
        StatisticalVariable,
        about, author, containedInPlace, datePublished, endDate, foundingDate, hasPart, headline, identifier,
        inLanguage, isPartOf, item, itemListElement, keywords, latitude, license, location, longitude, name,
        numberOfItems, observationAbout, organizer, parentOrganization, participant, position, propertyID, provider,
        publisher, sha256, startDate, superEvent, text, url, value, variableMeasured,
    }
}

namespace! {
    /// SKOS.
    skos = "http://www.w3.org/2004/02/skos/core#" {
        Concept, ConceptScheme, prefLabel, altLabel, hiddenLabel, definition, example, note, scopeNote, changeNote,
        notation, broader, narrower, related, inScheme, topConceptOf, hasTopConcept, exactMatch, closeMatch, broadMatch,
        relatedMatch,
    }
}

namespace! {
    /// PROV-O.
    prov = "http://www.w3.org/ns/prov#" {
        Entity, Activity, Agent, Plan, SoftwareAgent, used, wasDerivedFrom, wasGeneratedBy, wasAssociatedWith,
        wasAttributedTo, wasInformedBy, startedAtTime, endedAtTime, generatedAtTime, invalidatedAtTime, value,
    }
}

namespace! {
    /// Web Annotation.
    oa = "http://www.w3.org/ns/oa#" {
        Annotation, SpecificResource, TextQuoteSelector, TextPositionSelector, FragmentSelector, hasBody, hasTarget, hasSource,
        hasSelector, exact, prefix, suffix, start, end, motivatedBy, identifying, describing,
    }
}

namespace! {
    /// The Organization Ontology.
    org = "http://www.w3.org/ns/org#" {
        Membership, Organization, OrganizationalCollaboration, Role, member, organization, role, hasMembership,
    }
}

namespace! {
    /// GeoSPARQL.
    geo = "http://www.opengis.net/ont/geosparql#" {
        Feature, Geometry, hasGeometry, hasDefaultGeometry, asWKT, wktLiteral,
    }
}

namespace! {
    /// Simple Features geometry classes.
    sf = "http://www.opengis.net/ont/sf#" { Point }
}

namespace! {
    /// DCMI Metadata Terms.
    dcterms = "http://purl.org/dc/terms/" {
        title, description, license, creator, publisher, created, modified, issued, identifier, source, subject,
        language, references, isPartOf, hasPart, date, bibliographicCitation, conformsTo, rights, relation,
    }
}

namespace! {
    /// DCAT 3.
    dcat = "http://www.w3.org/ns/dcat#" {
        Catalog, Dataset, Distribution, DataService, dataset, service, distribution, accessURL, downloadURL,
        mediaType, endpointURL, endpointDescription, servesDataset, keyword, landingPage, version,
    }
}

namespace! {
    /// VoID.
    void = "http://rdfs.org/ns/void#" {
        Dataset, DatasetDescription, Linkset, sparqlEndpoint, dataDump, triples, entities, distinctSubjects,
        distinctObjects, properties, classes, documents, class, property, classPartition, propertyPartition, subset,
        vocabulary, uriSpace, uriRegexPattern, exampleResource, feature, linkPredicate, subjectsTarget, objectsTarget,
        inDataset,
    }
}

namespace! {
    /// SPARQL 1.1 Service Description.
    sd = "http://www.w3.org/ns/sparql-service-description#" {
        Service, Dataset, Graph, NamedGraph, Function, endpoint, supportedLanguage, resultFormat, inputFormat, feature,
        defaultDataset, defaultGraph, namedGraph, name, graph, availableGraphs, extensionFunction, SPARQL10Query,
        SPARQL11Query, SPARQL11Update, UnionDefaultGraph, BasicFederatedQuery, DereferencesURIs,
    }
}

namespace! {
    /// SHACL.
    sh = "http://www.w3.org/ns/shacl#" {
        NodeShape, PropertyShape, Shape, ValidationReport, ValidationResult, ConstraintComponent, Parameter,
        SPARQLConstraint, SPARQLAskValidator, SPARQLSelectValidator, Severity, Violation, Warning, Info,
        BlankNode, IRI, Literal, BlankNodeOrIRI, BlankNodeOrLiteral, IRIOrLiteral,
        targetClass, targetNode, targetObjectsOf, targetSubjectsOf, deactivated, message, severity, name, description,
        order, group, defaultValue, path, inversePath, alternativePath, zeroOrMorePath, oneOrMorePath, zeroOrOnePath,
        class, datatype, nodeKind, minCount, maxCount, minExclusive, minInclusive, maxExclusive, maxInclusive, minLength,
        maxLength, pattern, flags, languageIn, uniqueLang, equals, disjoint, lessThan, lessThanOrEquals, not, and, or, xone,
        node, property, qualifiedValueShape, qualifiedMinCount, qualifiedMaxCount, qualifiedValueShapesDisjoint, closed,
        ignoredProperties, hasValue, in_: "in", sparql, select, ask, prefixes, declare, prefix, namespace, parameter,
        optional, validator, nodeValidator, propertyValidator, labelTemplate, conforms, result, focusNode, resultPath,
        resultMessage, resultSeverity, sourceConstraint, sourceConstraintComponent, sourceShape, value, detail,
        shapesGraph, shapesGraphWellFormed, entailment, suggestedShapesGraph,
        ClassConstraintComponent, DatatypeConstraintComponent, NodeKindConstraintComponent,
        MinCountConstraintComponent, MaxCountConstraintComponent, MinExclusiveConstraintComponent,
        MinInclusiveConstraintComponent, MaxExclusiveConstraintComponent, MaxInclusiveConstraintComponent,
        MinLengthConstraintComponent, MaxLengthConstraintComponent, PatternConstraintComponent,
        LanguageInConstraintComponent, UniqueLangConstraintComponent, EqualsConstraintComponent,
        DisjointConstraintComponent, LessThanConstraintComponent, LessThanOrEqualsConstraintComponent,
        NotConstraintComponent, AndConstraintComponent, OrConstraintComponent, XoneConstraintComponent,
        NodeConstraintComponent, PropertyConstraintComponent, QualifiedMinCountConstraintComponent,
        QualifiedMaxCountConstraintComponent, ClosedConstraintComponent, HasValueConstraintComponent,
        InConstraintComponent, SPARQLConstraintComponent,
    }
}

namespace! {
    /// VANN.
    vann = "http://purl.org/vocab/vann/" { preferredNamespacePrefix, preferredNamespaceUri }
}

namespace! {
    /// OBO's annotation properties, for tools that look for definitions there.
    obo = "http://purl.obolibrary.org/obo/" { IAO_0000115 }
}

namespace! {
    /// Wikidata entities; only the namespace is needed.
    wd = "http://www.wikidata.org/entity/" {}
}

namespace! {
    /// Wikidata direct properties.
    wdt = "http://www.wikidata.org/prop/direct/" { P190 }
}

namespace! {
    /// Nanopublications.
    np = "http://www.nanopub.org/nschema#" {
        Nanopublication, hasAssertion, hasProvenance, hasPublicationInfo,
    }
}

namespace! {
    /// What nanopublications say of themselves beside their schema.
    npx = "http://purl.org/nanopub/x/" {
        hasNanopubType,
    }
}
