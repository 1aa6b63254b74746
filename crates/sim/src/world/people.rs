//! What people do at their tabs, and what they see.

use super::World;
use crate::reference::Mark;
use corridor_core::id::{OpId, TaskId, Ticket};
use corridor_core::model::Presence;
use corridor_core::node::{
    Command, CommandError, Done, HubState, Input, Lifecycle, LinkView, MessageView, Node, Path,
    TaskView,
};

/// Why a command did not come to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotDone {
    /// The node refused it.
    #[error(transparent)]
    Refused(#[from] CommandError),
    /// No answer came in time, or the tab is closed.
    #[error("no answer came")]
    Silence,
}

impl World {
    /// The engine of a host whose tab is open.
    #[must_use]
    pub fn node(&self, host: usize) -> Option<&Node> {
        self.hosts.get(host)?.node.as_ref()
    }

    /// Whether the hub offers STUN, or sees where people are: either makes blocked mDNS harmless.
    #[must_use]
    pub fn does_without_mdns(&self) -> bool {
        self.setup.stun || self.setup.lan
    }

    /// The tasks a host shows.
    #[must_use]
    pub fn tasks(&self, host: usize) -> Vec<TaskView> {
        self.node(host).map(Node::tasks).unwrap_or_default()
    }

    /// The messages a host shows.
    #[must_use]
    pub fn messages(&self, host: usize) -> Vec<MessageView> {
        self.node(host).map(Node::messages).unwrap_or_default()
    }

    /// The texts of the messages a host shows.
    #[must_use]
    pub fn texts(&self, host: usize) -> Vec<String> {
        self.messages(host)
            .iter()
            .map(|m| m.text.expose().to_owned())
            .collect()
    }

    /// The link of `host` with `other`.
    #[must_use]
    pub fn link(&self, host: usize, other: usize) -> Option<LinkView> {
        let peer = self.hosts.get(other)?.writer;
        let links = self.node(host)?.links();
        links.into_iter().find(|link| link.peer == peer)
    }

    /// How `host` reaches `other`.
    #[must_use]
    pub fn path(&self, host: usize, other: usize) -> Path {
        self.link(host, other).map_or(Path::None, |link| link.path)
    }

    /// True when both reach each other directly.
    #[must_use]
    pub fn linked(&self, a: usize, b: usize) -> bool {
        self.path(a, b) == Path::Direct && self.path(b, a) == Path::Direct
    }

    /// True when all `hosts` reach each other directly.
    #[must_use]
    pub fn all_linked(&self, hosts: &[usize]) -> bool {
        hosts
            .iter()
            .all(|a| hosts.iter().all(|b| a == b || self.linked(*a, *b)))
    }

    /// Whether `host` shows `other` as reachable; `None` when it does not show them at all.
    #[must_use]
    pub fn presence(&self, host: usize, other: usize) -> Option<Presence> {
        let writer = self.hosts.get(other)?.writer;
        let people = self.node(host)?.people();
        people
            .into_iter()
            .find(|p| p.id == writer)
            .map(|p| p.presence)
    }

    /// The hub as a host sees it.
    #[must_use]
    pub fn hub_state(&self, host: usize) -> Option<HubState> {
        self.node(host).map(|node| node.room().hub)
    }

    /// Opens a tab and says who one is.
    pub fn join(&mut self, host: usize) {
        self.start(host);
        self.introduce(host);
    }

    /// Says who one is, unless the node knows already.
    pub fn introduce(&mut self, host: usize) {
        let Some(node) = self.node(host) else {
            return;
        };
        let known = node.room().profile.is_some();
        let profile = self.hosts.get(host).map(|h| h.profile.clone());
        if let (false, Some(profile)) = (known, profile) {
            self.ask(host, Command::SetProfile(profile));
        }
    }

    /// Opens the tabs of people who are not there yet, one after the other.
    pub fn join_all(&mut self, hosts: &[usize]) {
        for host in hosts {
            self.join(*host);
        }
    }

    /// Hands a command to a node. `None` when the tab is closed.
    pub fn ask(&mut self, host: usize, command: Command) -> Option<Ticket> {
        let before = self.mark(host, &command);
        let h = self.hosts.get_mut(host)?;
        h.awake().then_some(())?;
        let ticket = h.ticket();
        h.asked.insert(ticket, command.clone());
        let (writer, run) = (h.writer, h.run);
        self.ledger.asked((writer, run, ticket), &command, before);
        self.note(|| format!("host {host} asks {command:?}"));
        self.input(host, Input::Command(ticket, command));
        self.follow_up();
        Some(ticket)
    }

    /// Hands a command to a node and waits for the answer.
    ///
    /// # Errors
    /// When the node refuses, or does not answer within 30 s.
    pub fn done_by(&mut self, host: usize, command: Command) -> Result<Done, NotDone> {
        let ticket = self.ask(host, command).ok_or(NotDone::Silence)?;
        let answered = move |world: &Self| {
            let h = world.hosts.get(host);
            h.is_some_and(|h| h.answers.contains_key(&ticket))
        };
        self.run_until(30_000, answered);
        let h = self.hosts.get_mut(host).ok_or(NotDone::Silence)?;
        let answer = h.answers.remove(&ticket).ok_or(NotDone::Silence)?;
        Ok(answer?)
    }

    /// Says something.
    ///
    /// # Errors
    /// As [`World::done_by`].
    pub fn post(&mut self, host: usize, text: &str) -> Result<OpId, NotDone> {
        let command = Command::say(format!("{} {text}", crate::tap::MARKER), None);
        match self.done_by(host, command)? {
            Done::Message(id) => Ok(id),
            _ => Err(NotDone::Silence),
        }
    }

    /// Adds a task with a title.
    ///
    /// # Errors
    /// As [`World::done_by`].
    pub fn add_task(&mut self, host: usize, title: &str) -> Result<TaskId, NotDone> {
        let title = format!("{} {title}", crate::tap::MARKER).into();
        let changes = vec![corridor_core::model::TaskChange::Title(title)];
        match self.done_by(host, Command::AddTask(changes))? {
            Done::Task(id) => Ok(id),
            _ => Err(NotDone::Silence),
        }
    }

    /// Tells a node about its page or device.
    pub fn lifecycle(&mut self, host: usize, event: Lifecycle) {
        self.note(|| format!("host {host} lifecycle {event:?}"));
        match (event, self.hosts.get_mut(host)) {
            (Lifecycle::Hidden, Some(h)) => h.hidden = true,
            (Lifecycle::Visible, Some(h)) => h.hidden = false,
            _ => {}
        }
        self.input(host, Input::Lifecycle(event));
        self.follow_up();
    }

    /// What a person sees of the thing they are about to change.
    pub(super) fn mark(&self, host: usize, command: &Command) -> Mark {
        let Some(node) = self.node(host) else {
            return Mark::Nothing;
        };
        match command {
            Command::EditTask(id, _) | Command::MoveTask { task: id, .. } => node
                .task(*id)
                .map_or(Mark::Nothing, |view| Mark::task(&view)),
            Command::Post { to: Some(to), .. } => Mark::Audience([*to].into()),
            Command::Post { .. } => {
                let people = node.people().into_iter();
                let others = people.filter(|p| !p.me && !p.left);
                Mark::Audience(others.map(|p| p.id).collect())
            }
            Command::MarkRead(id) => {
                let mut shown = node.messages();
                let with = node.message(*id).and_then(|m| m.with);
                shown.retain(|m| m.with == with);
                let upto = shown.iter().position(|m| m.id == *id);
                let read = shown.iter().take(upto.map_or(0, |at| at + 1));
                Mark::Read(read.map(|m| m.id).collect())
            }
            _ => Mark::Nothing,
        }
    }
}
