# Faults put into valid.ttl, one a block, each a SPARQL update. The heading says what the shapes must find: severity and
# message. Relative IRIs resolve against https://w3id.org/citypact/id/.

#### Violation S1 a tie needs two parties
DELETE DATA { <tie/unspecified-friendship/cn-shandong--uz-samarqand-region> pact:party <place/cn-shandong> }
#### Violation S1 a party is a place or an organization
INSERT DATA { <tie/unspecified-friendship/cn-shandong--uz-samarqand-region> pact:party <award/partner> }
#### Violation S1 exactly one kind
DELETE DATA { <tie/unspecified-friendship/cn-shandong--uz-samarqand-region> pact:kind kind:unspecified-friendship }
#### Violation S1 exactly one kind
INSERT DATA { <tie/unspecified-friendship/cn-shandong--uz-samarqand-region> pact:kind kind:friendship-city }
#### Violation S1 the kind of a tie is one of the scheme
DELETE { ?t pact:kind ?k } INSERT { ?t pact:kind kind:memorandum } WHERE { BIND(<tie/intent/cn-kunming--x> AS ?t) ?t pact:kind ?k }
#### Violation S1 status: one of the scheme
DELETE DATA { <tie/intent/cn-kunming--x> pact:status code:intended } ; INSERT DATA { <tie/intent/cn-kunming--x> pact:status code:active }
#### Violation S1 a tie is established by an agreement
INSERT DATA { <tie/intent/cn-kunming--x> pact:establishedBy <award/partner> }
#### Violation S1 an agreement needs two parties
INSERT DATA { <agreement/b> a pact:Agreement ; pact:kind kind:memorandum ; pact:party <place/cn-qingdao> }
#### Violation S1 the kind of an agreement is one of the scheme
INSERT DATA { <agreement/b> a pact:Agreement ; pact:kind kind:unspecified-friendship ; pact:party <place/cn-qingdao>, <place/uz> }
#### Violation S1 an alliance needs members
DELETE WHERE { <alliance/railway> pact:party ?p }
#### Violation S1 foundedAt: one event
INSERT DATA { <alliance/railway> pact:foundedAt <place/cn> }
#### Violation S2 twinning parties must belong to two sovereign states
INSERT DATA { <tie/t> a pact:Tie ; pact:kind kind:friendship-city ; pact:party <place/cn-qingdao>, <place/cn-kunming> }
#### Violation S3 a party lies inside another party
INSERT DATA { <tie/t> a pact:Tie ; pact:kind kind:friendship-city ; pact:party <place/cn-qingdao>, <place/uz>, <place/uz-samarqand-city> }
#### Violation S4 since: one date, gYearMonth or gYear
INSERT DATA { <tie/intent/cn-kunming--x> pact:since "2024-01-24" }
#### Violation S4 since: one date, gYearMonth or gYear
INSERT DATA { <tie/friendship-city/cn-qingdao--uz-samarqand-city> pact:since "2023"^^xsd:gYear }
#### Violation S4 signedOn: one date, gYearMonth or gYear
INSERT DATA { <agreement/b> a pact:Agreement ; pact:kind kind:memorandum ; pact:party <place/cn-qingdao>, <place/uz> ; pact:signedOn 2024 }
#### Violation S4 date in the future but neither planned nor intended
INSERT DATA { <agreement/b> a pact:Agreement ; pact:kind kind:memorandum ; pact:party <place/cn-qingdao>, <place/uz> ; pact:signedOn "2999-01"^^xsd:gYearMonth }
#### Violation S4 startDate: one date, gYearMonth or gYear
INSERT DATA { <event/signing> schema:startDate "2024-01-24T09:00:00"^^xsd:dateTime }
#### Violation S4 earliest: one day, not after latest
INSERT DATA { <claim/formal> pact:earliest "2024-01-26"^^xsd:date ; pact:latest "2024-01-25"^^xsd:date }
#### Violation S4 latest: one day
INSERT DATA { <claim/formal> pact:earliest "2024-01-26"^^xsd:date }
#### Violation S4 foundingDate: one date, gYearMonth or gYear
INSERT DATA { <alliance/railway> schema:foundingDate "soon" }
#### Warning S5 same parties and kind as another tie: merge?
INSERT DATA { <tie/again> a pact:Tie ; pact:kind kind:friendship-city ; pact:party <place/cn-qingdao>, <place/uz-samarqand-city> }
#### Violation S6 someone signs for a non-party
INSERT DATA { <agreement/a> pact:signature <s2> . <s2> a pact:Signature ; pact:signatory <person/p> ; pact:onBehalfOf <place/uz-samarqand-region> }
#### Violation S6 a signature is of one person
DELETE DATA { <agreement/a#signature-1> pact:signatory <person/p> }
#### Violation S6 a signature is for one party
INSERT DATA { <agreement/a#signature-1> pact:onBehalfOf <place/uz-samarqand-city> }
#### Warning S6 for whom was it signed?
DELETE DATA { <agreement/a#signature-1> pact:onBehalfOf <place/cn-qingdao> }
#### Violation S6 signedAt: one event
INSERT DATA { <agreement/a> pact:signedAt <event/conf-2024> }
#### Violation S7 count: one integer, zero or more
DELETE DATA { <claim/formal> schema:value 29 } ; INSERT DATA { <claim/formal> schema:value "29" }
#### Violation S7 count: one integer, zero or more
DELETE DATA { <claim/formal> schema:value 29 } ; INSERT DATA { <claim/formal> schema:value -1 }
#### Violation S7 a figure is about one thing
INSERT DATA { <claim/formal> schema:observationAbout <place/cn> }
#### Violation S7 a figure has one variable
DELETE WHERE { <claim/rank> schema:variableMeasured ?v }
#### Violation S7 a variable is in the variable namespace
INSERT DATA { <claim/r> a pact:RankObservation ; schema:observationAbout <place/cn> ; schema:variableMeasured kind:friendship-city ; pact:rank 1 }
#### Violation S7 quantifier: one of the scheme
INSERT DATA { <claim/formal> pact:quantifier code:stated }
#### Violation S7 as-of basis: one of the scheme
DELETE DATA { <claim/formal> pact:asOfBasis code:publication } ; INSERT DATA { <claim/formal> pact:asOfBasis code:publication-date }
#### Violation S7 a count needs one as-of date
DELETE WHERE { <claim/formal> pact:asOf ?d }
#### Violation S7 say where the as-of date comes from
DELETE WHERE { <claim/formal> pact:asOfBasis ?b }
#### Violation S8 a target is not an observation
INSERT DATA { <claim/target> pact:asOf "2022-11-27"^^xsd:date }
#### Violation S8 a target is not an observation
INSERT DATA { <claim/target> a pact:CountObservation ; pact:asOf "2022-11-27"^^xsd:date ; pact:asOfBasis code:stated }
#### Violation S8 dueBy: one date, gYearMonth or gYear
INSERT DATA { <claim/target> pact:dueBy "2020"^^xsd:gYear }
#### Warning S8 by when is the target due?
DELETE WHERE { <claim/target> pact:dueBy ?d }
#### Violation S8 target: one integer, zero or more
DELETE WHERE { <claim/target> schema:value ?v }
#### Violation S9 parts sum to more than the total
DELETE DATA { <claim/total> schema:value 86 } ; INSERT DATA { <claim/total> schema:value 80 }
#### Warning S9 parts sum to less than the total
DELETE DATA { <claim/total> schema:value 86 } ; INSERT DATA { <claim/total> schema:value 89 }
#### Violation S9 a count is a part of itself
INSERT DATA { <claim/total> pact:breakdownOf <claim/formal> }
#### Violation S9 a part belongs to one count
INSERT DATA { <claim/formal> pact:breakdownOf <claim/cooperation> }
#### Violation S10 an award needs a giver
DELETE WHERE { <award/partner> pact:conferredBy ?o }
#### Violation S10 a giver, of the conferral or of the award
DELETE WHERE { <award/partner> pact:conferredBy ?o }
#### Violation S10 the giver is not the recipient
INSERT DATA { <conferral/3> pact:conferredBy <place/uz-samarqand-region> }
#### Violation S10 one award
DELETE WHERE { <conferral/3> pact:award ?a }
#### Violation S10 one recipient
INSERT DATA { <conferral/3> pact:recipient <place/uz> }
#### Violation S10 tier: one of the scheme
INSERT DATA { <conferral/3> pact:tier code:state }
#### Violation S10 position: one integer, one or more
DELETE DATA { <conferral/3> schema:position 3 } ; INSERT DATA { <conferral/3> schema:position 0 }
#### Violation S10 two recipients at one list position
DELETE DATA { <conferral/26> schema:position 26 } ; INSERT DATA { <conferral/26> schema:position 3 }
#### Violation S11 counterpart in the recipient's own state
INSERT DATA { <conferral/3> pact:forTieWith <place/uz> }
#### Warning S11 no tie recorded between recipient and counterpart
DELETE WHERE { <tie/unspecified-friendship/cn-shandong--uz-samarqand-region> ?p ?o }
#### Violation S11 the counterpart is another place
INSERT DATA { <conferral/26> pact:forTieWith <org/cpaffc> }
#### Violation S12 a reconciled place has a sovereign state and a level
DELETE WHERE { <place/cn-kunming> pact:sovereignState ?s }
#### Violation S12 one sovereign state
INSERT DATA { <place/cn-kunming> pact:sovereignState <place/la> }
#### Violation S12 one level of the scheme
DELETE DATA { <place/cn-kunming> pact:level code:municipality } ; INSERT DATA { <place/cn-kunming> pact:level code:city }
#### Violation S12 place hierarchy has a cycle
INSERT DATA { <place/cn> schema:containedInPlace <place/cn-qingdao> }
#### Violation S12 a place lies in a unit of another state
INSERT DATA { <place/cn-qingdao> schema:containedInPlace <place/uz> }
#### Violation S12 the same as what it is different from
INSERT DATA { <place/uz-samarqand-city> owl:sameAs <place/uz-samarqand-region> }
#### Violation S13 one preferred label a tag
INSERT DATA { <place/cn-qingdao> skos:prefLabel "Tsingtao"@en }
#### Warning S13 two places share a label in one state
INSERT DATA { <place/cn-kunming> skos:prefLabel "青岛市"@zh-Hans }
#### Violation S13 an award needs a name, one a tag
DELETE WHERE { <award/partner> skos:prefLabel ?l }
#### Violation S13 an organization needs a name, one a tag
DELETE WHERE { <org/cpaffc> skos:prefLabel ?l }
#### Violation S13 a person needs a name, one a tag
INSERT DATA { <person/p> skos:prefLabel "曾赞荣"@zh-Hant }
#### Violation S14 quote length and offsets disagree
INSERT DATA { <evidence/f> a oa:Annotation ; oa:hasBody <claim/formal> ; oa:hasTarget _:t . _:t oa:hasSource <doc/004> ; oa:hasSelector _:q, _:p . _:q oa:exact "89" . _:p oa:start 1 ; oa:end 9 }
#### Violation S14 evidence in one document
INSERT DATA { <evidence/f> a oa:Annotation ; oa:hasBody <claim/formal> }
#### Violation S14 evidence of a fact
INSERT DATA { <evidence/f> a oa:Annotation ; oa:hasTarget _:t . _:t oa:hasSource <doc/004> }
#### Violation S14 start: an integer, zero or more
INSERT DATA { <evidence/f> a oa:Annotation ; oa:hasBody <claim/formal> ; oa:hasTarget _:t . _:t oa:hasSource <doc/004> ; oa:hasSelector _:p . _:p oa:start -1 ; oa:end 9 }
#### Violation S14 confidence from 0 to 1
DELETE DATA { <evidence/e> pact:confidence 0.9 } ; INSERT DATA { <evidence/e> pact:confidence 1.5 }
#### Violation S15 rank: one integer, one or more
DELETE DATA { <claim/rank> pact:rank 9 } ; INSERT DATA { <claim/rank> pact:rank 0 }
#### Violation S15 ranked below the last
DELETE DATA { <claim/rank> pact:rank 9 } ; INSERT DATA { <claim/rank> pact:rank 300 }
#### Violation S16 a declaration is issued by one event
INSERT DATA { <declaration/d> pact:issuedBy <place/cn-kunming> }
#### Violation S16 an appeal is a text
INSERT DATA { <declaration/d#appeal-1> schema:text <place/cn-kunming> }
#### Violation S17 latitude from -90 to 90
DELETE WHERE { <place/cn-qingdao> schema:latitude ?l } ; INSERT DATA { <place/cn-qingdao> schema:latitude 120.38 }
#### Violation S17 longitude from -180 to 180
DELETE WHERE { <place/cn-qingdao> schema:longitude ?l } ; INSERT DATA { <place/cn-qingdao> schema:longitude 220.38 }
#### Violation S18 kind of an organization: one of the scheme
INSERT DATA { <org/cpaffc> pact:kind code:conference }
#### Violation S18 an office is held by one person
INSERT DATA { <person/p#office-1> org:member <org/cpaffc> }
#### Violation S19 kind of an event: one of the scheme
DELETE DATA { <event/conf-2024> pact:kind code:conference } ; INSERT DATA { <event/conf-2024> pact:kind code:government }
#### Violation S19 edition: one integer, one or more
INSERT DATA { <event/conf-2024> pact:edition "eighth" }
#### Violation S19 an event is a part of itself
INSERT DATA { <event/series> schema:superEvent <event/conf-2024> }
#### Violation S20 two stops or more, each with a position and a place
DELETE DATA { <service/s#stop-2> schema:item <place/la-vientiane-city> }
#### Violation S20 two stops at one position
DELETE DATA { <service/s#stop-2> schema:position 2 } ; INSERT DATA { <service/s#stop-2> schema:position 1 }
#### Violation S20 mode: one of the scheme
INSERT DATA { <service/s> pact:mode code:rail }
#### Violation S20 a service has one list of stops
DELETE WHERE { <service/s> pact:stops ?s }
#### Violation S21 one kind of post of the scheme
DELETE WHERE { <post/p> pact:postKind ?k }
#### Violation S21 a state keeps a post in itself
DELETE DATA { <post/p> pact:sendingState <place/la> } ; INSERT DATA { <post/p> pact:sendingState <place/cn> }
#### Violation S21 the sender is no state
DELETE DATA { <post/p> pact:sendingState <place/la> } ; INSERT DATA { <post/p> pact:sendingState <place/la-vientiane-city> }
#### Violation S21 one location
DELETE WHERE { <post/p> schema:location ?l }
#### Violation S22 text condition: one of the scheme
INSERT DATA { <doc/004> pact:textCondition code:exact }
#### Warning S22 in what language is the source?
DELETE WHERE { <doc/004> schema:inLanguage ?l }
#### Violation S22 one language
INSERT DATA { <doc/004> schema:inLanguage "en" }
#### Violation S23 an assessment is of facts
DELETE WHERE { <assessment/a> pact:assesses ?f }
#### Violation S23 one verdict of the scheme
DELETE WHERE { <assessment/a> pact:verdict ?v }
#### Violation S23 a rule found it, or a person
INSERT DATA { <assessment/a> pact:rule "different-dates" }
#### Violation S24 modality: one of the scheme
DELETE DATA { <tie/intent/cn-kunming--x> pact:modality code:intended } ; INSERT DATA { <tie/intent/cn-kunming--x> pact:modality code:exact }
#### Violation S10 conferredAt: one event
INSERT DATA { <conferral/3> pact:conferredAt <event/signing> }
#### Violation S12 unreconciled: true or false
INSERT DATA { <place/x-0f343b0931126a20f133d67c2b018a3b> pact:unreconciled "yes" }
#### Violation S13 a declaration needs a name, one a tag
DELETE WHERE { <declaration/d> skos:prefLabel ?l }
#### Violation S13 a project needs a name, one a tag
DELETE WHERE { <project/p> skos:prefLabel ?l }
#### Violation S13 an alliance needs a name, one a tag
DELETE WHERE { <alliance/railway> skos:prefLabel ?l }
#### Violation S14 end: an integer, zero or more
INSERT DATA { <evidence/f> a oa:Annotation ; oa:hasBody <claim/formal> ; oa:hasTarget _:t . _:t oa:hasSource <doc/004> ; oa:hasSelector _:p . _:p oa:start 1 ; oa:end "9" }
#### Violation S15 rankedAmong: one integer, one or more
INSERT DATA { <claim/rank> pact:rankedAmong 255 }
#### Violation S18 an office is held at one body or place
INSERT DATA { <person/p#office-1> org:organization "青島市" }
#### Violation S18 parentOrganization: an organization
INSERT DATA { <org/cpaffc> schema:parentOrganization "外交部"@zh-Hant }
#### Violation S21 one sending state
INSERT DATA { <post/p> pact:sendingState <place/uz> }
#### Violation S4 asOf: one date, gYearMonth or gYear
DELETE WHERE { <claim/rank> pact:asOf ?d } ; INSERT DATA { <claim/rank> pact:asOf "2016" }
#### Violation S4 attestedOn: date, gYearMonth or gYear
INSERT DATA { <tie/intent/cn-kunming--x> pact:attestedOn 2024 }
#### Violation S4 conferredOn: one date, gYearMonth or gYear
INSERT DATA { <conferral/3> pact:conferredOn "2024"^^xsd:gYear }
#### Violation S4 datePublished: one date, gYearMonth or gYear
INSERT DATA { <doc/004> schema:datePublished "yesterday"@en }
#### Violation S4 endDate: one date, gYearMonth or gYear
INSERT DATA { <project/p> schema:endDate 2025 }
#### Violation S4 retrievedOn: one date, gYearMonth or gYear
INSERT DATA { <doc/004> pact:retrievedOn "2026-11-20T23:30:00Z"^^xsd:dateTime }
#### Violation S4 until: one date, gYearMonth or gYear
INSERT DATA { <tie/intent/cn-kunming--x> pact:until "2025" }
#### Violation S6 signature: a pact:Signature
INSERT DATA { <agreement/a> pact:signature <person/p> }
#### Violation S8 a target is set by an agent
INSERT DATA { <claim/target> pact:setBy <doc/004> }
#### Violation S13 a person needs a name, one a tag
INSERT DATA { <person/p> skos:prefLabel "曾先生"@zh-Hant }
#### Violation S13 a person needs a name, one a tag
INSERT DATA { <person/q> a schema:Person ; skos:altLabel "曾贊榮"@zh-Hant }
#### Violation S24 modality: one of the scheme
INSERT DATA { <tie/intent/cn-kunming--x> pact:modality code:planned }
#### Violation S24 modality: one of the scheme
INSERT DATA { <event/conf-2024> pact:modality "planned" }
#### Warning S11 no tie recorded between recipient and counterpart
INSERT DATA { <conferral/26> pact:forTieWith <place/cn-kunming> }
#### Warning S11 no tie recorded between recipient and counterpart
DELETE DATA { <tie/unspecified-friendship/cn-shandong--uz-samarqand-region> pact:party <place/cn-shandong> } ;
INSERT DATA { <tie/unspecified-friendship/cn-shandong--uz-samarqand-region> pact:party <place/cn-kunming> }
#### Violation S12 a reconciled place has a sovereign state and a level
DELETE WHERE { <place/la-vientiane-city> pact:level ?l }
#### Violation S12 a reconciled place has a sovereign state and a level
DELETE DATA { <place/x-0f343b0931126a20f133d67c2b018a3b> pact:unreconciled true } ;
INSERT DATA { <place/x-0f343b0931126a20f133d67c2b018a3b> pact:unreconciled false }
#### Warning S5 same parties and kind as another tie: merge?
INSERT DATA { <tie/again> a pact:Tie ; pact:kind kind:unspecified-friendship ; pact:party <place/cn-shandong>, <place/uz-samarqand-region> ; pact:since "1999"^^xsd:gYear }
#### Warning S5 same parties and kind as another tie: merge?
INSERT DATA { <tie/again> a pact:Tie ; pact:kind kind:intent ; pact:party <place/cn-kunming>, <place/x-0f343b0931126a20f133d67c2b018a3b> ; pact:status code:intended }
#### Warning S9 parts sum to less than the total
DELETE DATA { <claim/cooperation> schema:value 57 } ; INSERT DATA { <claim/cooperation> schema:value 56 }
#### Warning S9 parts sum to less than the total
DELETE DATA { <claim/formal> pact:breakdownOf <claim/total> }
#### Warning S13 two places share a label in one state
INSERT DATA { <place/uz-samarqand-region> skos:altLabel "x"@en . <place/uz-other> a pact:TerritorialEntity ; pact:level code:county ; pact:sovereignState <place/uz> ; schema:containedInPlace <place/uz> ; skos:prefLabel "Samarkand"@en }
#### Warning S13 two places share a label in one state
INSERT DATA { <place/cn-other> a pact:TerritorialEntity ; pact:level code:district ; pact:sovereignState <place/cn> ; schema:containedInPlace <place/cn-kunming> ; skos:prefLabel "青島市"@zh-Hant }
#### Violation S4 earliest: one day, not after latest
INSERT DATA { <claim/formal> pact:earliest "2024-01"^^xsd:gYearMonth ; pact:latest "2024-01-25"^^xsd:date }
#### Violation S13 a project needs a name, one a tag
INSERT DATA { <project/p> skos:prefLabel "綠化"@zh-Hant }
#### Violation S13 an award needs a name, one a tag
INSERT DATA { <award/partner> skos:prefLabel "優秀夥伴"@zh-Hant }
#### Violation S18 an office is held by one person
DELETE DATA { <person/p#office-1> org:member <person/p> } ; INSERT DATA { <person/p#office-1> org:member <place/cn-qingdao> }
