//! The corpus of the fuzz targets, replayed: their seeds, and every input that was ever found to break something.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[path = "../../fuzz/src/targets/mod.rs"]
mod targets;

fn names(folder: &Path) -> BTreeSet<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| {
        entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()
    };
    fs::read_dir(folder).unwrap().map(name).collect()
}

#[test]
fn every_input_of_the_corpus_is_borne() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    for (name, target) in targets::ALL {
        let mut count = 0;
        for entry in fs::read_dir(root.join("corpus").join(name)).unwrap() {
            let path = entry.unwrap().path();
            println!("{}", path.display());
            target(&fs::read(&path).unwrap());
            count += 1;
        }
        assert!(count > 0, "{name} has no seeds");
    }
}

#[test]
fn every_target_is_fuzzed_and_replayed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let known: BTreeSet<String> = targets::ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(&root.join("fuzz_targets")), known);
    assert_eq!(names(&root.join("corpus")), known);
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    assert!(known.iter().all(|name| manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\""))));
}
