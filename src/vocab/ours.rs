//! Terms that `ontology/` defines.

namespace! {
    /// The ontology's classes and properties (`ontology/citypact.ttl`).
    pact = "https://w3id.org/citypact/ns#" {
        // Classes.
        TerritorialEntity, Arrangement, Tie, Agreement, Alliance, SigningEvent, Signature, Award, AwardConferral,
        Declaration, QuantityStatement, CountObservation, RankObservation, Target, TransportService, DiplomaticPost,
        Assessment,
        // Places.
        level, sovereignState, twinnedWith, unreconciled,
        // Arrangements.
        party, kind, kindAsPrinted, status, since, until, attestedOn, establishedBy, signedOn, signedAt, signature,
        signatory, onBehalfOf, capacity, foundedAt,
        // Awards, events, declarations.
        award, conferredBy, conferredAt, conferredOn, recipient, forTieWith, tier, issuedBy, edition,
        // Figures.
        asOf, asOfBasis, quantifier, breakdownOf, scope, rank, rankedAmong, dueBy, setBy,
        // Services and posts.
        mode, stops, postKind, sendingState,
        // Any fact, its source and its review.
        earliest, latest, modality, confidence, textCondition, retrievedOn, assesses, verdict, rule,
    }
}

namespace! {
    /// Kinds of ties and agreements (`ontology/schemes.ttl`). Kinds of records are `kind/{value}`; here are those the code names.
    kind = "https://w3id.org/citypact/kind/" {
        tie, twinning,
        friendship_city: "friendship-city",
        friendly_exchange_city: "friendly-exchange-city",
        friendly_cooperation_city: "friendly-cooperation-city",
        unspecified_friendship: "unspecified-friendship",
        intent, instrument, alliance,
    }
}

namespace! {
    /// Codes (`ontology/schemes.ttl`). Values of records are `code/{value}`; here are those the code names.
    code = "https://w3id.org/citypact/code/" {
        state, first_level: "first-level", second_level: "second-level", municipality, county, district, region,
        in_force: "in-force", intended, ended, unknown,
        done, planned,
        exact, at_least: "at-least", about, under,
        stated, event, publication,
        clean, machine_translated: "machine-translated", inserted_pinyin: "inserted-pinyin", damaged,
        changed_over_time: "changed-over-time", unresolved_conflict: "unresolved-conflict", homonym,
        suspected_translation_error: "suspected-translation-error", sum_mismatch: "sum-mismatch",
        confirmed,
        duplicate, damaged_text: "damaged-text", unconfirmed,
        signing, series,
    }
}

namespace! {
    /// Variables of counts, ranks and targets (`ontology/schemes.ttl`). Values of records are `variable/{value}`.
    variable = "https://w3id.org/citypact/variable/" {
        friendship_cities: "friendship-cities",
        friendly_exchange_cities: "friendly-exchange-cities",
        friendly_cooperation_cities: "friendly-cooperation-cities",
        partner_cities: "partner-cities",
        partner_states: "partner-states",
        friendship_pairs: "friendship-pairs",
        agreements_signed: "agreements-signed",
        participants,
    }
}
