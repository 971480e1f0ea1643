//! The description of a release, in Turtle with relative IRIs, so that it is true wherever the folder is put.

use std::fmt::Write as _;

use oxrdf::Literal;

use super::{CANONICAL, ReleaseOptions, Released, ReleasedFile};
use crate::vocab;

const PREFIXES: &str = "@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix void: <http://rdfs.org/ns/void#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
";

/// The data set, and a distribution for each file.
pub(super) fn describe(released: &Released, options: &ReleaseOptions) -> String {
    let mut text = format!("{PREFIXES}\n<#dataset> a dcat:Dataset, void:Dataset ;\n");
    // Writing to a string cannot fail.
    let mut say = |property: &str, value: String| {
        let _ = writeln!(text, "    {property} {value} ;");
    };
    let titled = |title: &(String, String)| {
        let tagged = Literal::new_language_tagged_literal(title.0.as_str(), title.1.as_str());
        tagged.unwrap_or_else(|_| Literal::new_simple_literal(title.0.as_str())).to_string()
    };
    say("dcterms:title", options.title.as_ref().map_or_else(|| "\"Friendship cities\"@en".to_owned(), titled));
    say(
        "dcterms:description",
        "\"Ties between cities and regions, with their agreements, awards, figures and sources\"@en".to_owned(),
    );
    options
        .version
        .iter()
        .for_each(|version| say("dcat:version", Literal::new_simple_literal(version.as_str()).to_string()));
    options.issued.iter().for_each(|issued| say("dcterms:issued", issued.to_string()));
    options.license.iter().for_each(|license| say("dcterms:license", license.to_string()));
    options.publisher.iter().for_each(|publisher| say("dcterms:publisher", publisher.to_string()));
    say("dcterms:conformsTo", vocab::ONTOLOGY.to_string());
    say("void:vocabulary", format!("<{}>", vocab::NS));
    let nodes: Vec<String> = released.files.iter().map(|file| format!("<#{}>", file.name)).collect();
    let _ = writeln!(text, "    void:triples {} ;\n    dcat:distribution {} .", released.quads, nodes.join(", "));
    for file in &released.files {
        distribution(file, &mut text);
    }
    text
}

fn distribution(file: &ReleasedFile, text: &mut String) {
    let ReleasedFile { name, media_type, bytes, sha256 } = file;
    let form = if name == CANONICAL { " ;\n    dcterms:conformsTo <https://www.w3.org/TR/rdf-canon/>" } else { "" };
    let _ = writeln!(
        text,
        "
<#{name}> a dcat:Distribution ;
    dcterms:title \"{name}\" ;
    dcat:downloadURL <{name}> ;
    dcat:mediaType <https://www.iana.org/assignments/media-types/{media_type}> ;
    dcat:byteSize \"{bytes}\"^^xsd:nonNegativeInteger ;
    spdx:checksum <#{name}-sha256>{form} .
<#{name}-sha256> a spdx:Checksum ;
    spdx:algorithm spdx:checksumAlgorithm_sha256 ;
    spdx:checksumValue \"{sha256}\"^^xsd:hexBinary ."
    );
}
