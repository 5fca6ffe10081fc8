//! The one poller of a history: first all of it, page by page, then what is new, newest first until something known
//! comes back. Payloads are left out: the events tell enough without.

use opsctl_engine::asl::follow::News;
use opsctl_engine::asl::history::Event;

use crate::commands::sfn::api::{HistoryAsk, Order, Sfn};
use crate::error::Result;

const PAGE: i32 = 1000;

pub struct Reader<'a> {
    arn: &'a str,
    /// Of the page that was not read yet, while the past is read.
    token: Option<String>,
    is_caught_up: bool,
    known: u64,
    news: News<Event>,
}

impl<'a> Reader<'a> {
    pub fn new(arn: &'a str) -> Self {
        Reader { arn, token: None, is_caught_up: false, known: 0, news: News::after(0) }
    }

    pub fn is_unread(&self) -> bool {
        self.known == 0
    }

    /// Hands on the events that are new, oldest first, and tells how many calls that took.
    pub async fn look(&mut self, sfn: &Sfn, take: &mut impl FnMut(&Event)) -> Result<u32> {
        let mut calls = 0;
        while !self.is_caught_up {
            calls += 1;
            let page = sfn.history_page(self.ask(Order::OldestFirst, PAGE, self.token.clone())).await?;
            for event in page.events.iter().map(|event| &event.event) {
                // A page that broke off is read again.
                if event.id > self.known {
                    self.known = event.id;
                    take(event);
                }
            }
            self.is_caught_up = page.next.is_none();
            self.token = page.next;
            if self.is_caught_up {
                self.news = News::after(self.known);
                return Ok(1);
            }
        }
        let size = i32::try_from(self.news.page()).unwrap_or(PAGE);
        let mut token = None;
        'pages: loop {
            calls += 1;
            let page = sfn.history_page(self.ask(Order::NewestFirst, size, token)).await?;
            for event in page.events {
                if !self.news.take(event.event.id, event.event) {
                    break 'pages;
                }
            }
            token = page.next;
            if token.is_none() {
                break;
            }
        }
        for event in self.news.news() {
            self.known = event.id;
            take(&event);
        }
        Ok(calls)
    }

    fn ask(&self, order: Order, page: i32, token: Option<String>) -> HistoryAsk<'a> {
        HistoryAsk { arn: self.arn, order, has_data: false, page, token }
    }
}
