//! JSON documents, an array of records or `{"source": {…}, "records": […]}`, cut into their records without building
//! a tree: memory is bounded by the largest record. What stands inside a record is not looked at here.

use crate::location::Severity;
use crate::record::RecordType;
use crate::record::words::shown;

use super::{Span, Spans, Splitter, Stream};

/// Where in the document the reading stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Place {
    #[default]
    Start,
    /// In the outer object, before a member.
    Member,
    /// In the outer object, after a member.
    AfterMember,
    /// In the list of records, before one.
    Element,
    /// In the list of records, after one.
    AfterElement,
    /// After the document.
    After,
    Done,
}

/// Cuts a document into its records.
#[derive(Default)]
pub(super) struct Array {
    place: Place,
    /// How much of the window has been gone through.
    position: usize,
    spans: Vec<Span>,
    /// The list of records is a member of an outer object.
    wrapped: bool,
    /// The outer object has had its list of records.
    has_records: bool,
}

impl Splitter for Array {
    fn step(&mut self, stream: &mut Stream) -> bool {
        if self.position >= stream.shared.options.batch_size {
            self.give(stream);
            return true;
        }
        let Some(next) = self.next_token(stream) else {
            return self.end(stream);
        };
        match (self.place, next) {
            (Place::Start, b'[') => self.enter(Place::Element),
            (Place::Start, b'{') => {
                self.wrapped = true;
                self.enter(Place::Member);
            }
            (Place::Member, b'"') => self.member(stream),
            (Place::Member | Place::AfterMember, b'}') => self.enter(Place::After),
            (Place::AfterMember, b',') => self.enter(Place::Member),
            (Place::Element | Place::AfterElement, b']') => self.leave_list(),
            (Place::AfterElement, b',') => self.comma(stream),
            (Place::Element, byte) if !matches!(byte, b',' | b':' | b'}') => self.element(stream, None),
            (Place::Done, _) => return false,
            (_, byte) => self.misplaced(stream, byte),
        }
        true
    }
}

impl Array {
    fn enter(&mut self, place: Place) {
        self.position += 1;
        self.place = place;
    }

    fn leave_list(&mut self) {
        self.enter(if self.wrapped { Place::AfterMember } else { Place::After });
    }

    fn comma(&mut self, stream: &mut Stream) {
        self.enter(Place::Element);
        if self.next_token(stream) == Some(b']') {
            self.find(
                stream,
                Severity::Error,
                "after a comma comes a record, not the end of the list",
                "take the last comma away",
            );
        }
    }

    fn give(&mut self, stream: &mut Stream) {
        let spans = std::mem::take(&mut self.spans);
        stream.give(std::mem::take(&mut self.position), Spans::Of(spans));
    }

    /// The next byte that is no white space.
    fn next_token(&mut self, stream: &mut Stream) -> Option<u8> {
        loop {
            let rest = stream.feed.window.get(self.position..).unwrap_or_default();
            match rest.iter().position(|byte| !byte.is_ascii_whitespace()) {
                Some(blank) => {
                    self.position += blank;
                    return Some(rest[blank]);
                }
                None => self.position = stream.feed.window.len(),
            }
            if !stream.feed.grow() {
                return None;
            }
        }
    }

    /// A finding at the present position. What was read before it is given first.
    fn find(&mut self, stream: &mut Stream, severity: Severity, reason: impl Into<String>, remedy: &str) {
        self.give(stream);
        stream.say(severity, stream.feed.at, reason, remedy);
    }

    fn element(&mut self, stream: &mut Stream, known_type: Option<RecordType>) {
        if let Some((start, end)) = self.value(stream) {
            self.spans.push(Span { start, end, known_type });
        }
        self.place = if known_type.is_some() { Place::AfterMember } else { Place::AfterElement };
    }

    fn member(&mut self, stream: &mut Stream) {
        self.place = Place::AfterMember;
        let Some((start, end)) = self.value(stream) else { return };
        let key = stream.feed.window[start..end].to_vec();
        if self.next_token(stream) != Some(b':') {
            return self.fail(stream, "after a key comes a colon");
        }
        self.position += 1;
        match (key.as_slice(), self.next_token(stream)) {
            (b"\"records\"", Some(b'[')) if !self.has_records => {
                self.has_records = true;
                self.enter(Place::Element);
            }
            (b"\"source\"", Some(b'{')) => self.element(stream, Some(RecordType::Source)),
            (_, Some(_)) => {
                self.position = start;
                self.strange_member(stream, &key);
            }
            (_, None) => {}
        }
    }

    fn strange_member(&mut self, stream: &mut Stream, key: &[u8]) {
        let reason = match key {
            b"\"type\"" => return self.fail(stream, "the document is one record, not a list of records"),
            b"\"records\"" if self.has_records => "`records` occurs twice".to_owned(),
            b"\"records\"" => "`records` is a list".to_owned(),
            b"\"source\"" => "`source` is a source record, written as an object".to_owned(),
            _ => format!("{} is no member of a document of records", shown(&String::from_utf8_lossy(key))),
        };
        let known = matches!(key, b"\"records\"" | b"\"source\"");
        self.has_records |= key == b"\"records\"";
        let severity = if stream.shared.options.lenient && !known { Severity::Warning } else { Severity::Error };
        self.find(stream, severity, reason, "write [record, …] or {\"source\": {…}, \"records\": [record, …]}");
        self.value(stream);
        self.next_token(stream);
        self.position += 1;
        self.next_token(stream);
        self.value(stream);
    }

    /// Goes past the value that begins here, to the end of the input where it does not end; `None` where it is too
    /// long (which is said).
    fn value(&mut self, stream: &mut Stream) -> Option<(usize, usize)> {
        let (mut start, mut skip, mut too_long) = (self.position, Skip::default(), false);
        loop {
            let ended = skip.end(&stream.feed.window[self.position..]);
            self.position = ended.map_or(stream.feed.window.len(), |end| self.position + end);
            if self.position - start > stream.shared.options.record_limit {
                start = self.pass_over(stream, start, !too_long);
                too_long = true;
            }
            if ended.is_some() || !stream.feed.grow() {
                return (!too_long).then_some((start, self.position));
            }
        }
    }

    /// Lets go of a value that is too long; gives where its rest begins.
    fn pass_over(&mut self, stream: &mut Stream, start: usize, first: bool) -> usize {
        let end = self.position;
        self.position = start;
        self.give(stream);
        if first {
            stream.say_too_long(stream.feed.at);
        }
        stream.feed.cut(end - start);
        0
    }

    /// The input has ended.
    fn end(&mut self, stream: &mut Stream) -> bool {
        let place = std::mem::replace(&mut self.place, Place::Done);
        self.give(stream);
        if !matches!(place, Place::After | Place::Done | Place::Start) && stream.feed.failure.is_none() {
            stream.say(
                Severity::Error,
                stream.feed.at,
                "the input ends before its list of records does",
                "the file is truncated: get it anew",
            );
        }
        if place == Place::After && self.wrapped && !self.has_records {
            let at = stream.feed.at;
            stream.say(
                Severity::Error,
                at,
                "the object has no list `records`",
                "write [record, …], {\"source\": {…}, \"records\": [record, …]}, or one record a line in a .jsonl file",
            );
        }
        place != Place::Done
    }

    fn misplaced(&mut self, stream: &mut Stream, byte: u8) {
        match (self.place, byte) {
            (Place::Start, _) => {
                self.fail(stream, "the document is neither an array of records nor an object with `records`")
            }
            (Place::After, _) => self.fail(stream, "something stands after the end of the document"),
            (Place::AfterElement, b'{' | b'"') => {
                self.find(stream, Severity::Error, "between two records stands a comma", "add the comma");
                self.place = Place::Element;
            }
            (Place::AfterElement, _) => self.fail(stream, "after a record comes a comma or the end of the list"),
            (Place::Element, _) => self.fail(stream, "here a record should stand"),
            _ => self.fail(stream, "here a comma, a key or the end of the object should stand"),
        }
    }

    /// An error after which nothing more of the document can be understood.
    fn fail(&mut self, stream: &mut Stream, reason: &str) {
        let remedy =
            "nothing from here on was read; put records into one list [record, …], or one a line into a .jsonl file";
        self.find(stream, Severity::Error, reason, remedy);
        self.place = Place::Done;
    }
}

/// Finds the end of a JSON value, in as many pieces as it comes. Brackets are counted, not matched.
#[derive(Debug, Default)]
struct Skip {
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// The value is a number, `true`, `false` or `null`: only what follows ends it.
    scalar: bool,
}

impl Skip {
    /// The length of what of the value stands in `bytes`; `None` where it goes on after them.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            if self.in_string {
                at = self.string(bytes, at);
            } else if self.depth == 0 && self.scalar && ends_scalar(bytes[at]) {
                return Some(at);
            } else {
                self.outside(bytes[at]);
                at += 1;
            }
            if self.depth == 0 && !self.in_string && !self.scalar {
                return Some(at);
            }
        }
        None
    }

    /// Goes to the end of the string, or of the bytes.
    fn string(&mut self, bytes: &[u8], mut at: usize) -> usize {
        at += usize::from(std::mem::take(&mut self.escaped));
        let Some(found) = memchr::memchr2(b'"', b'\\', &bytes[at..]) else {
            return bytes.len();
        };
        self.escaped = bytes[at + found] == b'\\';
        self.in_string = self.escaped;
        at + found + 1
    }

    fn outside(&mut self, byte: u8) {
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => self.scalar |= self.depth == 0,
        }
    }
}

fn ends_scalar(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b',' | b':' | b'[' | b']' | b'{' | b'}' | b'"')
}
