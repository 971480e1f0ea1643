//! What kind of thing went wrong: programs are told it by a code, people in their own language.

/// Why a request was refused or broke off, as far as that is of a kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Cause {
    /// Nothing is known of what the address names.
    NothingKnown(String),
    /// There is nothing at the address.
    NoAddress,
    /// The address does not take the method.
    NoMethod,
    /// The time limit, in seconds.
    Time(f64),
    /// The limit of rows, triples or changes.
    Rows(u64),
    /// The limit of bytes of results.
    Bytes(u64),
    /// The limit of bytes of memory.
    Memory(u64),
    /// Too many requests at once.
    Busy,
    /// The evaluation was cancelled.
    Cancelled,
    /// The server is for reading only.
    ReadOnly,
    /// The request needs a token, or another one.
    Token,
    /// The server's disk is full.
    NoRoom,
    /// The request has more bytes than are taken.
    TooLarge(u64),
    /// None of the formats is acceptable.
    NoFormat,
}

impl Cause {
    /// What programs call it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NothingKnown(_) => "nothing-known",
            Self::NoAddress => "no-address",
            Self::NoMethod => "no-method",
            Self::Time(_) => "time-limit",
            Self::Rows(_) => "row-limit",
            Self::Bytes(_) => "size-limit",
            Self::Memory(_) => "memory-limit",
            Self::Busy => "busy",
            Self::Cancelled => "cancelled",
            Self::ReadOnly => "read-only",
            Self::Token => "token",
            Self::NoRoom => "no-room",
            Self::TooLarge(_) => "too-large",
            Self::NoFormat => "no-format",
        }
    }

    /// The limit that was reached: seconds, rows or bytes.
    pub fn limit(&self) -> Option<serde_json::Number> {
        match self {
            Self::Time(seconds) => serde_json::Number::from_f64(*seconds),
            Self::Rows(limit) | Self::Bytes(limit) | Self::Memory(limit) | Self::TooLarge(limit) => {
                Some((*limit).into())
            }
            _ => None,
        }
    }
}
