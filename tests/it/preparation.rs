//! `.ci/deps`, what is checked before anything is compiled, run on machines made of folders: their tools are scripts and
//! their libraries are files of five bytes.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::citypact::{Run, finish};

/// The tools that the script calls and every machine has.
const TOOLS: &[&str] = &[
    "sh", "sed", "awk", "uname", "mktemp", "mkdir", "rm", "readlink", "basename", "dirname", "head", "tail", "tr",
    "sort", "cut", "od", "getconf", "grep", "env", "chmod", "true",
];

/// A compiler: what it makes runs and does nothing.
const COMPILER: &str = r#"while [ "$1" != -o ]; do shift; done; printf '#!/bin/sh\n' > "$2"; chmod +x "$2""#;
const RUST: &str = r#"[ "$1" = metadata ] || echo "cargo 1.89.0 (c24e10642 2025-06-23)""#;

struct Machine {
    folder: tempfile::TempDir,
    variables: Vec<(&'static str, String)>,
}

impl Machine {
    /// A machine that has all but libclang, whose user is not root and knows no other.
    fn new() -> Self {
        let machine = Self { folder: tempfile::tempdir().unwrap(), variables: Vec::new() };
        fs::create_dir_all(machine.at("bin")).unwrap();
        fs::create_dir_all(machine.at("root/usr/lib")).unwrap();
        for tool in TOOLS {
            symlink(found(tool), machine.at("bin").join(tool)).unwrap();
        }
        machine
            .tool("cargo", RUST)
            .tool("rustc", "echo 'rustc 1.89.0 (29483883e 2025-08-04)'")
            .tool("cc", COMPILER)
            .tool("c++", COMPILER)
            .tool("make", "")
            .tool("id", "echo 1000")
            .tool("apt-get", "exit 100")
            .tool("df", "printf 'Filesystem 1024-blocks Used Available\\n/dev/x 9 9 99999999 9%% /\\n'")
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn tool(self, name: &str, script: &str) -> Self {
        let path = self.at("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    fn without(self, name: &str) -> Self {
        fs::remove_file(self.at("bin").join(name)).unwrap();
        self
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// With a shared library, or with an empty file where its name ends in `.h`.
    fn file(self, path: &str) -> Self {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, if path.extension().is_some_and(|suffix| suffix == "h") { b"" } else { ELF }).unwrap();
        self
    }

    /// With Debian's package libclang1-`llvm`.
    fn libclang(self, llvm: &str) -> Self {
        self.file(&format!("root/usr/lib/x86_64-linux-gnu/libclang-{llvm}.so.{llvm}.0.6"))
            .file(&format!("root/usr/lib/llvm-{llvm}/lib/libclang-{llvm}.so.1"))
            .file(&format!("root/usr/lib/llvm-{llvm}/lib/libclang.so.1"))
    }

    /// With Debian's package libclang-common-`llvm`-dev.
    fn headers(self, llvm: &str) -> Self {
        self.file(&format!("root/usr/lib/llvm-{llvm}/lib/clang/{llvm}.0.6/include/stddef.h"))
    }

    /// With Debian's package libclang-cpp`llvm`, whose name is all that it shares with libclang.
    fn libclang_cpp(self, llvm: &str) -> Self {
        self.file(&format!("root/usr/lib/x86_64-linux-gnu/libclang-cpp.so.{llvm}"))
            .file(&format!("root/usr/lib/llvm-{llvm}/lib/libclang-cpp.so.{llvm}"))
            .file(&format!("root/usr/lib/llvm-{llvm}/lib/libclang-cpp.so"))
    }

    /// Whose user is root, and whose apt-get does this for `install`, and writes down what it is asked for.
    fn root(self, install: &str) -> Self {
        let log = self.at("asked");
        let script = format!("echo \"$@\" >> '{}'; [ $1 = update ] || {{ cd '{}'; {install}; }}", log.display(), {
            self.folder.path().display()
        });
        self.tool("id", "echo 0").tool("apt-get", &script)
    }

    /// What apt-get was asked for.
    fn asked(&self) -> String {
        fs::read_to_string(self.at("asked")).unwrap_or_default()
    }

    fn call(&self, args: &[&str]) -> Run {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/deps");
        let mut command = Command::new(self.at("bin/sh"));
        command.arg(script).args(args).env_clear();
        command.env("PATH", self.at("bin")).env("HOME", self.folder.path()).env("TMPDIR", self.folder.path());
        command.env("CARGO_TARGET_DIR", self.at("target")).env("DEPS_ROOT", self.at("root"));
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        finish(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()), "")
    }

    #[track_caller]
    fn is_ready(&self) {
        let run = self.call(&[]);
        assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""), "{}", run.stdout);
    }

    /// What is said where something is missing: one line for each.
    #[track_caller]
    fn lacks(&self, what: &[&str]) -> String {
        let said = self.call(&[]).failed(1);
        let errors = said.lines().filter(|line| line.starts_with("error: ")).count();
        assert_eq!(errors, what.len(), "{said}");
        for what in what {
            assert!(said.contains(what), "no {what} in\n{said}");
        }
        said
    }

    /// What bindgen has to be told.
    #[track_caller]
    fn told(&self) -> String {
        self.call(&["--env"]).ok().trim_end().to_owned()
    }
}

/// The beginning of a shared library of this machine's word size.
const ELF: &[u8] = if cfg!(target_pointer_width = "64") { b"\x7fELF\x02" } else { b"\x7fELF\x01" };

fn found(tool: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path).map(|folder| folder.join(tool)).find(|path| path.exists()).unwrap_or_else(|| {
        panic!("this machine has no {tool}");
    })
}

const NO_LIBCLANG: &str =
    "libclang, which makes the bindings of RocksDB, is missing. Install it: apt-get install libclang-dev";

#[test]
fn libclang_cpp_is_not_libclang() {
    let said = Machine::new().libclang_cpp("14").lacks(&[NO_LIBCLANG]);
    assert!(said.contains("make demo"), "{said}");
    Machine::new().lacks(&[NO_LIBCLANG]);
    Machine::new().libclang_cpp("14").libclang("14").headers("14").is_ready();
}

#[test]
fn what_is_missing_is_installed_by_root() {
    let install = "mkdir -p root/usr/lib/llvm-14/lib/clang/14/include; \
                   printf '\\177ELF\\002' > root/usr/lib/llvm-14/lib/libclang.so.1; \
                   : > root/usr/lib/llvm-14/lib/clang/14/include/stddef.h";
    for machine in [Machine::new(), Machine::new().libclang_cpp("14")] {
        let machine = machine.root(install);
        machine.is_ready();
        assert!(machine.asked().lines().last().unwrap().ends_with(" libclang-dev"), "{}", machine.asked());
    }
}

#[test]
fn an_installation_that_fails_or_does_not_help_is_told() {
    let fails = "echo 'Reading lists…'; echo 'E: Unable to locate package libclang-dev' >&2; exit 100";
    Machine::new().root(fails).lacks(&["libclang-dev: E: Unable to locate package libclang-dev", NO_LIBCLANG]);
    Machine::new().root("true").lacks(&["missing still", NO_LIBCLANG]);
}

#[test]
fn sudo_is_used_where_it_asks_for_nothing() {
    let asks = Machine::new().tool("sudo", "[ $1 = -n ] && exit 1; echo never >&2; exit 1");
    asks.lacks(&[NO_LIBCLANG]);
    let machine =
        Machine::new().root("true").tool("id", "echo 1000").tool("sudo", "[ \"$1\" = -n ] && shift; exec \"$@\"");
    machine.lacks(&["missing still", NO_LIBCLANG]);
    assert!(machine.asked().contains("install -y"), "{}", machine.asked());
}

#[test]
fn libclang_needs_the_headers_of_its_clang() {
    let bare = Machine::new().libclang("14");
    assert!(bare.lacks(&["stddef.h of clang, which"]).contains("apt-get install libclang-common-14-dev"));
    Machine::new().libclang("14").headers("13").lacks(&["libclang-common-14-dev"]);
    let machine = Machine::new().libclang("14").headers("14");
    machine.is_ready();
    assert_eq!(machine.told(), "");
    let resources = Machine::new().libclang("14").file("other/include/stddef.h");
    let script = format!("[ \"$1\" = -print-resource-dir ] && echo '{}'", resources.at("other").display());
    resources.tool("clang", &script).is_ready();
    Machine::new().libclang("14").file("root/usr/include/stddef.h").is_ready();
}

#[test]
fn of_several_llvms_one_that_works_is_taken() {
    let both = Machine::new().libclang("14").headers("14").libclang("16").headers("16");
    both.is_ready();
    assert_eq!(both.told(), "");
    let newer_is_bare = Machine::new().libclang("9").headers("9").libclang("14").headers("14").libclang("16");
    newer_is_bare.is_ready();
    let told = newer_is_bare.told();
    assert!(told.starts_with("LIBCLANG_PATH=") && told.contains("libclang-14.so"), "{told}");
    assert_eq!(newer_is_bare.with("FEATURES", "--no-default-features --features cli,server").told(), "");
}

#[test]
fn a_named_libclang_must_be_one() {
    let machine = || Machine::new().file("llvm/lib/libclang.so").file("llvm/lib/clang/17/include/stddef.h");
    let folder = |machine: Machine, path: &str| {
        let path = machine.at(path).display().to_string();
        machine.with("LIBCLANG_PATH", path)
    };
    folder(machine(), "llvm/lib").is_ready();
    folder(machine(), "llvm/lib/libclang.so").is_ready();
    assert_eq!(folder(machine(), "llvm/lib").told(), "");
    let installed = || machine().libclang("14").headers("14");
    let wrong = |path: &str| folder(installed().file("cpp/libclang-cpp.so.14"), path).lacks(&["LIBCLANG_PATH names"]);
    for path in ["llvm", "nowhere", "llvm/lib/libclang.so.9", "cpp", "cpp/libclang-cpp.so.14"] {
        assert!(wrong(path).contains("holds no libclang"), "{path}");
    }
    let bare = installed().file("bare/libclang.so");
    folder(bare, "bare").lacks(&["clang's own headers"]);
    installed().with("LIBCLANG_PATH", "").lacks(&["LIBCLANG_PATH is set and empty"]);
    let text = installed();
    fs::create_dir(text.at("text")).unwrap();
    fs::write(text.at("text/libclang.so"), "INPUT(-lclang-14)").unwrap();
    folder(text, "text").lacks(&["holds no libclang"]);
}

#[test]
fn llvm_config_leads_to_libclang() {
    let machine = || Machine::new().file("opt/lib/libclang.so.17.0.6").file("opt/lib/clang/17/include/stddef.h");
    let config = |machine: &Machine| {
        format!("case $1 in --prefix) echo '{0}' ;; --libdir) echo '{0}/lib' ;; esac", machine.at("opt").display())
    };
    let plain = machine();
    let script = config(&plain);
    let plain = plain.tool("llvm-config", &script);
    plain.is_ready();
    assert_eq!(plain.told(), "");
    let versioned = machine();
    let script = config(&versioned);
    let versioned = versioned.tool("llvm-config-17", &script);
    versioned.is_ready();
    let expected = format!("LIBCLANG_PATH={}", versioned.at("opt/lib/libclang.so.17.0.6").display());
    assert_eq!(versioned.told(), expected);
}

/// A machine on which the build without RocksDB has all that it needs.
fn small() -> Machine {
    Machine::new().with("FEATURES", "--no-default-features --features cli,server")
}

#[test]
fn without_rocksdb_neither_libclang_nor_cpp_is_asked_for() {
    small().without("c++").is_ready();
    Machine::new().with("FEATURES", "--no-default-features --features cli,server,rocksdb").lacks(&[NO_LIBCLANG]);
}

#[test]
fn rust_must_be_there_run_and_be_new_enough() {
    small().without("cargo").lacks(&["cargo is missing (Rust 1."]);
    small().without("rustc").lacks(&["rustc is missing (Rust 1."]);
    let apart = small().without("cargo").file(".cargo/bin/cargo");
    fs::set_permissions(apart.at(".cargo/bin/cargo"), fs::Permissions::from_mode(0o755)).unwrap();
    apart.lacks(&["stands in ~/.cargo/bin"]);
    let bare = "echo 'error: rustup could not choose a version of cargo to run' >&2; exit 1";
    assert!(small().tool("cargo", bare).lacks(&["rustup could not choose"]).contains("rustup default stable"));
    for (version, is_enough) in [
        ("1.89.0", true),
        ("1.90.0-nightly", true),
        ("2.0.0", true),
        ("1.88.9", false),
        ("1.9.0", false),
        ("0.99.0", false),
    ] {
        let machine = small().tool("cargo", &RUST.replace("1.89.0", version));
        if is_enough {
            machine.is_ready();
        } else {
            machine.lacks(&[&format!("cargo is {version}, and 1.89 or newer is needed")]);
        }
    }
    small().tool("cargo", "echo '')").tool("rustc", "echo").lacks(&["cargo"]);
}

#[test]
fn compilers_must_compile() {
    assert!(small().without("cc").lacks(&["a C compiler that works"]).contains("apt-get install gcc"));
    small().tool("cc", "echo 'stdio.h: no such file' >&2; exit 1").lacks(&["a C compiler that works"]);
    let old = Machine::new().libclang("14").headers("14").tool("c++", "exit 1");
    old.lacks(&["a C++ compiler that works"]);
    small().with("CC", "nowhere").lacks(&["CC is \"nowhere\""]);
    small().without("make").lacks(&["make is missing"]);
    small().without("make").without("apt-get").tool("dnf", "").lacks(&["dnf install make"]);
    small().without("cc").without("make").lacks(&["a C compiler", "make is missing"]);
}

#[test]
fn the_target_folder_must_take_the_build_and_let_it_run() {
    let full = "printf 'Filesystem 1024-blocks Used Available\\n/dev/x 9 9 99999 9%% /\\n'";
    small().tool("df", full).lacks(&["has 97 MB of room"]);
    let file = small().file("file.h");
    let path = file.at("file.h/target").display().to_string();
    file.with("CARGO_TARGET_DIR", path).lacks(&["cannot be written to"]);
    let noexec = COMPILER.replace("chmod +x", "chmod a-x");
    small().tool("cc", &noexec).lacks(&["does not run"]);
}

#[test]
fn crates_that_cannot_be_had_are_told_before_anything_is_compiled() {
    let offline = r#"[ "$1" = metadata ] || { echo "cargo 1.89.0"; exit 0; }
        echo "error: failed to get \`serde\`" >&2; echo "  Could not resolve host" >&2; exit 101"#;
    small().tool("cargo", offline).lacks(&["cargo cannot get the crates: Could not resolve host"]);
}
