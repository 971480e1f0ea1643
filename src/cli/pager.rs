//! Results longer than the screen go through the pager that people's other tools use.

use std::io::{self, BufWriter, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use super::screen::Screen;
use super::screen::Stdout;

/// The pager at work. An interrupt waits for it: the screen is the pager's until it ends.
static PAGER: Mutex<Option<Child>> = Mutex::new(None);

/// How to page.
#[derive(Debug, Clone)]
pub struct Paging {
    /// The pager and its arguments.
    pub command: Vec<String>,
    /// Lines of the screen.
    pub height: usize,
    /// Whether colours of our own are let through.
    pub styled: bool,
}

/// Standard output, through a pager from the line on that no longer fits on the screen.
pub struct Paged {
    paging: Option<Paging>,
    lines: usize,
    held: Vec<u8>,
    out: Out,
    /// Where what is held goes if it fits.
    screen: Option<Stdout>,
}

enum Out {
    /// Nothing is shown yet.
    Held,
    Screen(Stdout),
    Pager(BufWriter<Screen<ChildStdin>>),
    Ended,
}

impl Paged {
    /// Standard output, paged where `paging` says how.
    pub fn new(paging: Option<Paging>, screen: Stdout) -> Self {
        let (out, screen) = if paging.is_some() { (Out::Held, Some(screen)) } else { (Out::Screen(screen), None) };
        Self { paging, lines: 0, held: Vec::new(), out, screen }
    }

    /// Shows what is held, in the pager if it is too long for the screen.
    fn show(&mut self) -> io::Result<()> {
        let paging = self.paging.take().filter(|paging| self.lines >= paging.height);
        let piped = paging.and_then(|paging| Some((start(&paging)?, paging.styled)));
        self.out = match (piped, self.screen.take()) {
            (Some((pipe, styled)), _) => Out::Pager(BufWriter::new(Screen::new(pipe, true, styled))),
            (None, Some(screen)) => Out::Screen(screen),
            (None, None) => Out::Ended,
        };
        let held = std::mem::take(&mut self.held);
        self.write_all(&held)
    }
}

/// Starts the pager; where that fails the screen will do.
fn start(paging: &Paging) -> Option<ChildStdin> {
    let (program, args) = paging.command.split_first()?;
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped());
    // Colours as they are, and the text stays on the screen afterwards.
    command.env("LESS", "FRX").env("LESSCHARSET", "utf-8");
    let mut child = command.spawn().ok()?;
    let pipe = child.stdin.take();
    *PAGER.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
    pipe
}

/// Waits until the person has left the pager, if there is one.
pub fn wait() {
    loop {
        let mut pager = PAGER.lock().unwrap_or_else(PoisonError::into_inner);
        match pager.as_mut().map(Child::try_wait) {
            Some(Ok(None)) => {}
            _ => {
                *pager = None;
                return;
            }
        }
        drop(pager);
        sleep(Duration::from_millis(20));
    }
}

impl Write for Paged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.out {
            Out::Screen(out) => out.write(bytes),
            Out::Pager(out) => out.write(bytes),
            Out::Ended => Err(io::ErrorKind::BrokenPipe.into()),
            Out::Held => {
                self.held.extend_from_slice(bytes);
                self.lines += bytes.iter().filter(|byte| **byte == b'\n').count();
                if self.paging.as_ref().is_none_or(|paging| self.lines >= paging.height) {
                    self.show()?;
                }
                Ok(bytes.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.out {
            Out::Screen(out) => out.flush(),
            Out::Pager(out) => out.flush(),
            Out::Held => self.show().and_then(|()| self.flush()),
            Out::Ended => Ok(()),
        }
    }
}

impl Drop for Paged {
    fn drop(&mut self) {
        // A reader that has gone wants no more.
        let _ = self.flush();
        if let Out::Pager(out) = std::mem::replace(&mut self.out, Out::Ended) {
            drop(out);
            wait();
        }
    }
}
