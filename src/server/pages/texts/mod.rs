//! The words of the interface: one file a language, each a value of [`Texts`], so that none can lack a text.

mod en;
mod ja;
mod zh_hans;
mod zh_hant;

pub use en::EN;
pub use ja::JA;
pub use zh_hans::ZH_HANS;
pub use zh_hant::ZH_HANT;

/// Declares the sections with their texts, and for tests a list of every text by its name.
macro_rules! texts {
    ($($(#[$meta:meta])* $section:ident: $type:ident { $($field:ident),* $(,)? })*) => {
        /// Every text of the interface in one language.
        #[derive(Debug)]
        #[allow(missing_docs, reason = "a text's name says what it is")]
        pub struct Texts {
            $($(#[$meta])* pub $section: $type,)*
            /// What properties of things are called, by their prefixed names, in the order in which pages show them.
            pub properties: &'static [(&'static str, &'static str)],
            /// What questions of the query library ask, by their names.
            pub questions: &'static [(&'static str, &'static str)],
            /// What things of a class are called, one of them and several.
            pub classes: &'static [(&'static str, &'static str, &'static str)],
        }

        $(
            $(#[$meta])*
            #[derive(Debug, serde::Serialize)]
            #[allow(missing_docs, reason = "a text's name says what it is")]
            pub struct $type { $(pub $field: &'static str,)* }
        )*

        impl Texts {
            /// Every text with its name.
            #[cfg(test)]
            fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$($((concat!(stringify!($section), ".", stringify!($field)), self.$section.$field),)*)*]
            }
        }
    };
}

texts! {
    /// What stands on every page.
    site: Site {
        name, tagline, skip, search, search_hint, search_button, menu, languages, places, ties, agreements, awards,
        events, documents, query, review, dataset, ontology, footer, licence, copyright, labels,
        labels_same, east_asia,
    }
    /// Words that tables and lists have in common.
    common: Common {
        partner, tie, kind, since, status, source, quote, name, names, state, level, year, date, value, figure,
        document, parties, all, more, previous, next, page, of_rows, filter, apply, clear, query_this,
        view_as, unknown, language, count, other_language, coordinates, identifiers, same_as, rank, target, position,
        recipient, award, as_of, scope, note, location,
    }
    /// A place's page.
    place: PlaceTexts {
        partners, no_facts, no_facts_more, map, map_table, timeline, figures, conflict, conflict_short, copy_hint,
        partner_count, partner_count_one, search_again, shown_part, on_day, as_of_day,
        certainly, possibly, not_in_force, perhaps_later,
    }
    /// Pages of other things.
    thing: ThingTexts {
        facts, evidence, incoming, incoming_more, nothing_said, graph, told_of, published, asserted, facts_asserted, concepts,
        broader, narrower, map,
    }
    /// The home page.
    home: Home {
        title, lead, search_title, map, ties, cities, awards, states, documents, updated, anniversaries,
        no_anniversaries, years, latest_awards, engineers, endpoint, try_it, dumps, void_dcat, vocabulary, examples,
        map_more, map_part, empty, empty_more,
    }
    /// Places side by side.
    compare: CompareTexts {
        title, lead, place, show, unknown, prompt, overview, partners, partner_states, first, latest, common, no_common,
        between, no_between, map, choose, chosen,
    }
    /// The search page.
    search: SearchTexts {
        title, results, result_one, nothing, nothing_more, in_data, in_register, prompt, beginnings,
        anywhere, first_ones,
    }
    /// Lists.
    list: ListTexts {
        places, ties, agreements, awards, events, documents, lead, rows, row_one, nothing, nothing_more, any_state,
        any_kind, any_year,
    }
    /// What sources disagree about.
    review: ReviewTexts {
        title, lead, assessed, conflicts, verdict, nothing, subject, by, by_rule, judge, your_name, your_note, token, save, withdraw,
    }
    /// The data set.
    dataset: DatasetTexts {
        title, lead, quads, classes, graphs, quality, dump, no_position, no_start, unreconciled, without_quote,
        use_it, as_rdf,
    }
    /// The vocabulary.
    ontology: OntologyTexts {
        title, lead, classes, properties, schemes, uses, example, sub_of, domain, range,
    }
    /// The page with the editor.
    workbench: Workbench {
        title, examples, query, editor, keys, run, cancel, format, share, history, results, row, rows, seconds,
        cached, fresh, truncated, running, cancelled, failed, broken, formatted, shared, in_address, no_history,
        forget, download, ways, table, map, timeline, graph, yes, no, labels, more, line, completions, problems,
        map_of, timeline_of, graph_of, graph_part, points, name, latitude, longitude, dates, date, statements,
        subject, predicate, object, no_rows, example_map, example_timeline, example_graph,
    }
    /// Errors.
    error: ErrorTexts {
        not_found, not_found_more, busy, busy_more, bad, bad_more, failed, failed_more, other, try_search, details,
        to_home,
    }
    /// What went wrong, by its kind.
    cause: CauseTexts {
        nothing_known, no_address, no_method, time_limit, row_limit, size_limit, memory_limit, busy, cancelled, read_only,
        token, no_room, too_large, no_format,
    }
}

/// A text with values in the place of its `{}`, one after the other.
pub fn fill(text: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let mut parts = text.split("{}");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + values.next().copied().unwrap_or_default() + part)
}

impl Texts {
    /// What a property is called, by its prefixed name.
    pub fn property(&self, name: &str) -> Option<&'static str> {
        self.properties.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    /// What a question of the query library asks.
    pub fn question(&self, name: &str) -> Option<&'static str> {
        self.questions.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    /// What one thing of a class is called, by the class' prefixed name.
    pub fn class(&self, name: &str) -> Option<&'static str> {
        self.classes.iter().find(|(known, ..)| *known == name).map(|(_, one, _)| *one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::pages::language::Language;

    /// Every text of a language by its name, those of properties and classes among them.
    fn of(language: Language) -> Vec<(String, &'static str)> {
        let texts = language.texts();
        let own = texts.all().into_iter().map(|(name, text)| (name.to_owned(), text));
        let properties = texts.properties.iter().map(|(name, text)| (format!("property {name}"), *text));
        let classes = texts
            .classes
            .iter()
            .flat_map(|(name, one, several)| [(format!("class {name}"), *one), (format!("classes {name}"), *several)]);
        let questions = texts.questions.iter().map(|(name, text)| (format!("question {name}"), *text));
        own.chain(properties).chain(questions).chain(classes).collect()
    }

    #[test]
    fn no_language_lacks_a_text() {
        let english = of(Language::En);
        assert!(english.len() > 250, "{}", english.len());
        for language in Language::ALL {
            let texts = of(language);
            assert!(texts.iter().map(|(name, _)| name).eq(english.iter().map(|(name, _)| name)), "{}", language.tag());
            for ((name, text), (_, in_english)) in texts.iter().zip(&english) {
                assert!(!text.trim().is_empty(), "{name} in {}", language.tag());
                let gaps = |text: &str| text.matches("{}").count();
                assert_eq!(gaps(text), gaps(in_english), "{name} in {}", language.tag());
            }
        }
    }

    #[test]
    fn texts_are_in_their_own_script() {
        let is_han = |text: &str| text.chars().any(|character| ('\u{3040}'..='\u{9fff}').contains(&character));
        // Names of formats and things that have no other name.
        let kept = ["SPARQL", "CSV", "VoID", "RDF"];
        for language in [Language::ZhHans, Language::ZhHant, Language::Ja] {
            for (name, text) in of(language) {
                assert!(
                    is_han(text)
                        || kept.iter().any(|kept| text.contains(kept))
                        || text.contains("{}")
                        || name == "site.name",
                    "{name}: {text}"
                );
            }
        }
        for (name, text) in of(Language::En) {
            // The example of scripts is one.
            assert!(!is_han(text) || name == "search.prompt", "{name}: {text}");
        }
    }

    #[test]
    fn values_stand_where_their_gaps_are() {
        assert_eq!(fill("{} of {}", &["3", "7"]), "3 of 7");
        assert_eq!(fill("共 {} 条", &[]), "共  条");
        assert_eq!(fill("none", &["3"]), "none");
    }
}
