//! Members as text: as they come, where the form allows it.

use std::io::{self, Write};

use clap::builder::PossibleValue;
use serde_json::{Map, Value};

use super::super::table;
use super::columns::Column;

/// A form of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Aligned columns.
    Table,
    /// One array.
    Json,
    /// An object a line.
    Jsonl,
    /// With a header.
    Csv,
    /// An identity a line.
    Ids,
}

impl clap::ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Table, Self::Json, Self::Jsonl, Self::Csv, Self::Ids]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::Table => ("table", "Aligned columns, as wide as the terminal, or 120 characters"),
            Self::Json => ("json", "One array"),
            Self::Jsonl => ("jsonl", "An object a line, as they come"),
            Self::Csv => {
                ("csv", "With a header; what a spreadsheet would take for a formula gets an apostrophe before it")
            }
            Self::Ids => ("ids", "An id a line, for --from"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}

impl Format {
    /// Whether programs read it as JSON.
    pub(super) fn is_json(&self) -> bool {
        matches!(self, Self::Json | Self::Jsonl)
    }
}

/// Writes members.
pub(super) struct Writer<W: Write> {
    output: W,
    format: Format,
    columns: Vec<Column>,
    /// Whether objects have these columns alone.
    narrow: bool,
    key: Column,
    width: u16,
    rows: Vec<Vec<String>>,
    n_written: usize,
}

impl<W: Write> Writer<W> {
    /// Writes nothing yet. Objects are whole, unless they are to be `narrow`.
    pub(super) fn new(output: W, format: Format, columns: Vec<Column>, narrow: bool, key: Column, width: u16) -> Self {
        Self { output, format, columns, narrow, key, width, rows: Vec::new(), n_written: 0 }
    }

    /// Takes a member.
    pub(super) fn member(&mut self, member: &Map<String, Value>) -> io::Result<()> {
        match self.format {
            Format::Table => self.rows.push(self.columns.iter().map(|column| column.cell(member)).collect()),
            Format::Json => {
                self.output.write_all(if self.n_written == 0 { b"[\n  " } else { b",\n  " })?;
                self.object(member)?;
            }
            Format::Jsonl => {
                self.object(member)?;
                self.output.write_all(b"\n")?;
            }
            Format::Csv => {
                self.header()?;
                let row: Vec<String> = self.columns.iter().map(|column| column.field(member)).collect();
                self.row(&row)?;
            }
            Format::Ids => writeln!(self.output, "{}", self.key.cell(member))?,
        }
        self.n_written += 1;
        Ok(())
    }

    /// Writes what was kept back. Without any member it is a whole document too.
    pub(super) fn finish(mut self) -> io::Result<()> {
        match self.format {
            Format::Table if self.rows.is_empty() => {}
            Format::Table => {
                let names: Vec<String> = self.columns.iter().map(|column| column.title.to_uppercase()).collect();
                let is_whole = |(at, column): (usize, &Column)| {
                    (column.is_key || column.is_whole && self.width >= table::WIDTH).then_some(at)
                };
                let whole: Vec<usize> = self.columns.iter().enumerate().filter_map(is_whole).collect();
                let text = table::rows(&names, std::mem::take(&mut self.rows), &whole, self.width);
                self.output.write_all(text.as_bytes())?;
            }
            Format::Json if self.n_written == 0 => self.output.write_all(b"[]\n")?,
            Format::Json => self.output.write_all(b"\n]\n")?,
            Format::Csv => self.header()?,
            Format::Jsonl | Format::Ids => {}
        }
        self.output.flush()
    }

    /// What was written so far reaches whoever reads.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }

    fn object(&mut self, member: &Map<String, Value>) -> io::Result<()> {
        if !self.narrow {
            return Ok(serde_json::to_writer(&mut self.output, member)?);
        }
        let pairs =
            self.columns.iter().map(|column| (column.name.clone(), column.value(member).cloned().unwrap_or_default()));
        Ok(serde_json::to_writer(&mut self.output, &pairs.collect::<Map<_, _>>())?)
    }

    fn header(&mut self) -> io::Result<()> {
        if self.n_written > 0 {
            return Ok(());
        }
        let names: Vec<String> = self.columns.iter().map(|column| column.name.clone()).collect();
        self.row(&names)
    }

    fn row(&mut self, fields: &[String]) -> io::Result<()> {
        let mut row = csv::Writer::from_writer(Vec::new());
        row.write_record(fields)?;
        let bytes = row.into_inner().map_err(csv::IntoInnerError::into_error)?;
        self.output.write_all(&bytes)
    }
}
