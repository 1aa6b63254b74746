//! Every word on the screen, in one typed table per language. A missing entry does not compile.
//!
//! Plain words only: a colleague is never a "peer", and nothing "syncs".

/// A sentence that depends on a number.
pub(crate) struct Counted {
    one: &'static str,
    many: &'static str,
}

impl Counted {
    /// The sentence for `n`, with `{}` replaced by it.
    pub(crate) fn of(&self, n: usize) -> String {
        fill(if n == 1 { self.one } else { self.many }, &[&n.to_string()])
    }
}

/// Replaces each `{}` of `pattern` by the next of `parts`.
pub(crate) fn fill(pattern: &str, parts: &[&str]) -> String {
    let mut text = String::with_capacity(pattern.len() + 16);
    let mut parts = parts.iter();
    for (index, piece) in pattern.split("{}").enumerate() {
        if index > 0 {
            text.push_str(parts.next().copied().unwrap_or_default());
        }
        text.push_str(piece);
    }
    text
}

/// The words of the person's language.
pub(crate) fn w() -> &'static Words {
    &EN
}

macro_rules! words {
    (
        text { $($text:ident: $says:literal,)* }
        counted { $($counted:ident: $one:literal | $many:literal,)* }
    ) => {
        /// The table.
        pub(crate) struct Words {
            $(pub(crate) $text: &'static str,)*
            $(pub(crate) $counted: Counted,)*
        }

        static EN: Words = Words {
            $($text: $says,)*
            $($counted: Counted { one: $one, many: $many },)*
        };
    };
}

words! {
    text {
        app: "Corridor",
        skip: "Skip to the main part",
        close: "Close",
        cancel: "Cancel",
        save: "Save",
        undo: "Undo",
        reload: "Reload the page",
        you: "you",
        someone: "Someone",
        opening: "Opening the room…",

        // Home
        home_title: "Chat and shared tasks for your clinic",
        home_lead: "Everyone who opens a room’s link sees the same tasks and messages, straight from browser to browser. No account, nothing to install.",
        create_room: "Create a room",
        create_hint: "You get a link to share with your colleagues. Whoever has it is in.",
        start_room: "Start a new room",
        creating: "Asking the hub for a room…",
        create_unreachable: "The hub does not answer, so no new room can be made. Check that this device is on the clinic’s network, then try again.",
        create_full: "The hub has no space for another room. Ask whoever looks after it.",
        join_room: "Open a room you were invited to",
        room_link: "Room link",
        room_link_hint: "Paste the whole link, including the part after #.",
        open_room: "Open room",
        link_key_missing: "This link is not complete: the part after # is missing or cut off. Copy the whole link and paste it again.",
        link_not_room: "This is not the link of a room. Copy the whole link and paste it again.",
        your_rooms: "Rooms on this device",
        room_with: "Room with {}",
        room_unnamed: "Room with nobody else yet",
        opened_at: "Opened {}",
        forget: "Forget",
        forget_room: "Forget: {}",
        forget_title: "Forget this room on this device?",
        forget_text: "Its tasks and messages are deleted from this device. Colleagues keep theirs. Without the link you cannot come back.",
        forget_yes: "Forget the room",
        keep: "Keep it",
        device: "This device",
        wipe: "Wipe this device",
        wipe_hint: "Deletes every room, your name and all settings from this browser.",
        wipe_title: "Wipe this device?",
        wipe_text: "Every room, task and message kept in this browser is deleted, with your name and settings. Colleagues keep theirs. This cannot be undone.",
        wipe_yes: "Wipe everything",
        colours: "Colours",
        colours_auto: "As the device",
        colours_light: "Light",
        colours_dark: "Dark",
        no_patients: "Patient records do not belong here. Write “chair 2”, never a patient’s name.",
        care: "Patient records do not belong here.",
        no_emergency: "Not for emergencies: call, as you always would.",

        // Join
        join_title: "Who are you?",
        join_lead: "Your colleagues see this beside what you write.",
        your_name: "Your name",
        your_role: "Your role",
        your_status: "Your status",
        status_hint: "For example: in surgery until 12:00",
        role_hint: "Tasks can be given to a role.",
        join: "Join",
        name_missing: "Please write your name, so that colleagues know who is speaking.",
        sibling: "You have this room open in another tab. Joining here makes this tab a second person.",
        about_you: "About you",
        change_profile: "Change what others see",

        // Bad link
        bad_link: "This link leads nowhere",
        go_home: "To the start page",

        // Header and connection
        connection: "Connection: {}",
        pill_connecting: "Connecting…",
        pill_hub: "Through the hub",
        pill_mixed: "{} direct, {} through hub",
        pill_relay: "Through a colleague",
        pill_mixed_relay: "{} direct, {} through a colleague",
        pill_reconnecting: "Reconnecting…",
        pill_alone: "Only you are here",
        pill_offline: "Offline",
        about_connection: "How you are connected",
        explain_connecting: "Looking for the hub and for colleagues. You can begin to work.",
        explain_direct: "Tasks and messages go straight to your colleagues’ browsers. Nothing in between can read them, and the hub may even be switched off.",
        explain_hub: "There is no direct way to some colleagues at the moment, so everything is passed on by the hub, sealed: it cannot read it. Corridor changes to the direct way by itself.",
        explain_relay: "There is no direct way to some colleagues at the moment, so what you write goes there through another colleague’s browser, sealed. Corridor changes to the direct way by itself.",
        explain_reconnecting: "The way to your colleagues broke a moment ago and is being repaired. What you write meanwhile is kept and delivered.",
        explain_alone: "You are connected, and nobody else is in the room at the moment. What you write is kept here and handed over when somebody comes.",
        explain_offline: "Neither the hub nor a colleague can be reached. Keep working: everything is saved on this device and delivered when the way is back.",
        hub_joined: "The hub is reached.",
        hub_away: "The hub cannot be reached at the moment.",
        nobody_else: "Nobody else has been here yet.",
        invite: "Invite",
        invite_title: "Invite colleagues",
        invite_lead: "Whoever has this link can read and write everything in the room. Give it to colleagues only.",
        copy_link: "Copy link",
        copied: "Copied",
        copy_by_hand: "It is selected: press Ctrl+C to copy it.",
        qr_label: "QR code of the room’s link",
        qr_hint: "Or point a phone’s camera at this code.",
        copy: "Copy",
        without_hub: "Connect without the hub",
        without_hub_hint: "The hub is away? Two devices can connect without it.",
        hand_lead: "You and a colleague connect by handing over an invite and a reply: as text, or as a code to scan. Loading this page still needs the hub, so use one that is open already.",
        hand_invite: "You invite",
        hand_invite_hint: "An invite is for one colleague and good for 30 minutes. Keep this page open until you are connected.",
        make_invite: "Make an invite",
        hand_invited: "You were invited",
        their_invite: "The invite you got",
        answer_invite: "Make a reply",
        one_moment: "One moment…",
        hand_give: "1. Give this invite to your colleague",
        your_invite: "Your invite",
        invite_code_hint: "Let your colleague scan it. It also opens the room, so show it to colleagues only.",
        hand_take_reply: "2. Paste the reply they give you",
        their_reply: "Their reply",
        connect: "Connect",
        hand_give_back: "Give this reply back to your colleague",
        your_reply: "Your reply",
        reply_code_hint: "Let your colleague scan it and copy its text.",
        show_code: "Show it as a QR code",
        slip_code: "The same as a QR code",
        hand_waiting: "You are connected as soon as your colleague has pasted it. Keep this page open.",
        hand_connected: "Connected with {}.",
        begin_again: "Begin again",
        slip_none: "There is no invite or reply in this text. Copy all of it and paste it again.",
        slip_damaged: "A part of it is missing or has changed. Copy all of it and paste it again.",
        slip_newer: "It was made by a newer version of Corridor. Reload this page when the hub is back.",
        slip_other_room: "It belongs to another room. Open that room, or ask for an invite to this one.",
        slip_own: "This is your own invite. Give it to your colleague, and paste here what they give you back.",
        slip_stale: "It is older than 30 minutes, or a clock is wrong. Begin again with a new invite.",
        slip_used: "It was used already. Begin again with a new invite.",
        slip_gone: "The page it was made on was reloaded since. Begin again with a new invite.",
        slip_other: "This reply belongs to another invite, or this page was reloaded since. Begin again with a new invite.",
        slip_linked: "You are connected with this colleague already.",
        slip_no_address: "This browser finds no network. Check that the device is on the clinic’s network.",
        slip_no_way: "The two devices do not reach each other. Check that both are on the same network, then begin again with a new invite.",
        leave: "Leave",
        leave_room: "Leave the room",
        home: "Corridor, start page",
        help: "Help and settings",

        // Notices
        storage_full: "This device has no space left, so your changes cannot be saved. Forget rooms you no longer need on the start page.",
        storage_blocked: "This browser does not let Corridor save anything. Do not close this page while you need it, and allow site data for this address.",
        unknown_room: "The hub does not know this room. Check that the link is whole, or ask for a new one.",
        ended: "This room has ended. What was written is still here on this device. Create a new room to go on.",
        wrong_key: "The key in this link does not belong to this room, so nothing can be read. Ask for the link again and copy all of it.",
        replaced: "This room was opened again elsewhere, and this tab has stopped. Reload the page to go on here.",
        full: "The room is full. Try again when somebody has left.",
        version: "This page and the hub are of different versions. Reload the page.",
        refused: "The hub does not let this device in (reason {}). Ask whoever looks after it.",
        hub_away_linked: "The hub is away. You are still connected directly.",
        hub_away_alone: "The hub cannot be reached. Keep working: your changes are kept here and delivered when it is back.",
        no_direct: "This browser cannot connect directly. Everything goes through the hub instead.",

        clock_ahead: "This device’s clock is {} ahead of the others’. Messages carry the corrected time. Set the clock.",
        clock_behind: "This device’s clock is {} behind the others’. Messages carry the corrected time. Set the clock.",
        span_s: "{} s",
        span_min: "{} min",
        span_h: "{} h {} min",
        span_d: "{} d {} h",

        // Regions
        parts: "Parts of the room",
        tasks: "Tasks",
        messages: "Messages",
        people: "People",

        // Tasks
        new_task: "New task",
        new_task_hint: "What needs to be done?",
        add_task: "Add task",
        added: "Added: {}",
        search_tasks: "Search tasks",
        show_all: "All",
        show_mine: "Mine",
        show_done_today: "Done today",
        filter: "Filter",
        filter_who: "Who",
        filter_place: "Where",
        filter_which: "Status",
        anyone: "Anyone",
        mine: "Mine, and my role’s",
        nobody: "Nobody yet",
        any_place: "Anywhere",
        which_current: "To do, and done today",
        which_open: "Open",
        which_progress: "In progress",
        which_done_today: "Done today",
        which_done: "Done",
        clear_filters: "Clear filters",
        reorder: "Reorder",
        move_up: "Move up: {}",
        move_down: "Move down: {}",
        moved_up: "Moved up: {}",
        moved_down: "Moved down: {}",
        no_tasks: "No tasks yet",
        no_tasks_hint: "Write the first one above. Everyone in the room sees it.",
        nothing_found: "No task fits this filter",
        all_done: "Everything is done",
        done_label: "Done: {}",
        edit_label: "Edit: {}",
        delete_label: "Delete: {}",
        delete: "Delete",
        deleted: "Deleted: {}",
        changed: "Changed: {}",
        undo_edit: "Undo the last change",
        undo_move: "Undo the last move",
        undo_add: "Undo what was added last",
        undo_delete: "Undo the last deletion",
        undone_edit: "The change is undone.",
        undone_move: "The task is back in its place.",
        undone_add: "What was added is gone again.",
        undone_delete: "The deleted task is back.",
        changed_by: "changed by {}, {}",
        added_by: "added by {}, {}",
        due_over: "Overdue since {}",
        due_at: "Due {}",
        in_progress: "In progress",
        gone_while_editing: "A colleague deleted “{}” while you were changing it.",
        add_again: "Add it again",

        // Lost edits
        lost: "Replaced changes",
        lost_title: "{}’s change of the title replaced yours: “{}”.",
        lost_field: "{}’s change of the {} of “{}” replaced yours: “{}”.",
        lost_place: "{} moved “{}” while you moved it, too.",
        lost_task: "{} deleted “{}” while you changed it.",
        lost_now: "Now: “{}”",
        lost_where: "You can put yours back below the tasks.",
        put_back: "Put mine back",
        keep_theirs: "Keep {}’s",
        leave_deleted: "Leave it deleted",
        field_notes: "notes",
        field_assignee: "assignee",
        field_priority: "priority",
        field_due: "due time",
        field_place: "place",
        field_status: "status",
        no_text: "(nothing)",
        title: "Title",
        notes: "Notes",
        assignee: "Assignee",
        priority: "Priority",
        due: "Due",
        place: "Place",
        place_hint: "Chair or room",
        status: "Status",
        low: "Low",
        normal: "Normal",
        high: "High",
        urgent: "Urgent",
        roles: "Roles",

        // Messages
        message: "Message",
        message_hint: "Write to everyone here",
        private_message: "Private message to {}",
        private_hint: "Write to {} only",
        private_line: "Private: only you and {} can read this",
        private_log: "Private conversation with {}",
        private_empty: "What you write here is sealed for {}. Others may pass it on, and cannot read it.",
        private_gone: "{} has left the room. You can still read this, but not write.",
        private_news: "Private message from {}",
        open_talk: "Open",
        talks: "Conversations",
        everyone: "Room",
        write_privately: "Write privately to {}",
        talk_unread: "{}, {}",
        matters_until: "Matters until {}",
        mattered_until: "Mattered until {}",
        send: "Send",
        conversation: "Conversation",
        no_messages: "No messages yet",
        no_messages_hint: "Say good morning. Everyone in the room reads it, also those who come later. It is kept for 14 days.",
        earlier: "Show earlier messages",
        unread_line: "New",
        to_end: "To the newest message",
        gap: "Something is missing here",
        reply: "Reply to {}: {}",
        replying: "Replying to {}",
        stop_reply: "Do not reply to this message",
        answered: "{} wrote: {}",
        answered_missing: "A message that is not here",
        at_rung: "{}: {}",
        saved_here: "Saved here",
        expired: "Not reached in time",
        on_its_way: "On its way",
        delivered: "Delivered",
        delivered_to: "Delivered to {} of {}",
        read: "Read",
        read_by: "Read by {} of {}",
        read_by_all: "Read by all",
        no_recipients: "Nobody else is in the room yet. It is delivered when somebody comes.",
        one_types: "{} is writing…",
        two_type: "{} and {} are writing…",
        many_type: "Several people are writing…",

        // People
        here: "Here",
        here_directly: "Here, connected directly",
        here_hub: "Here, through the hub",
        here_relay: "Here, through a colleague",
        away: "Away",
        away_directly: "Away, connected directly",
        away_hub: "Away, through the hub",
        away_relay: "Away, through a colleague",
        reconnecting: "Reconnecting…",
        offline: "Offline",
        this_is_you: "This is you",
        alone_title: "Only you are here",
        alone_hint: "Invite colleagues by link or QR code.",

        // Refused commands
        too_long: "This is too long. Shorten it, or split it in two.",
        empty: "There is nothing written yet.",
        no_such_task: "A colleague has deleted this task.",
        no_such_message: "This message is not here any more.",
        no_such_person: "This person is not here any more.",
        nothing_lost: "This is settled already.",
        nothing_to_undo: "There is nothing to undo.",
        overtaken: "A colleague has changed it since, so it stays as it is.",
        not_joined: "Say who you are first.",
        store_full: "This device has no space left, so this could not be saved. Forget rooms you no longer need on the start page.",
        left: "You have left this room.",
        refused_other: "That did not work.",

        // Help
        help_about: "Corridor connects the browsers in your clinic. Nobody needs an account, and the hub only helps browsers find each other: it cannot read anything.",
        shortcuts: "Keyboard",
        shortcuts_single: "Single-key shortcuts",
        key_search: "Search tasks",
        key_task: "New task",
        key_message: "Write a message",
        key_help: "This page",
        key_regions: "Next part of the room",
        key_move: "Move a task up or down",
        key_undo: "Undo the last change of tasks",
        key_panel: "Debug panel",
        key_escape: "Close what is open",
    }
    counted {
        unread: "{} unread message" | "{} unread messages",
        open_tasks: "{} open task" | "{} open tasks",
        tab_tasks: "{} to do" | "{} to do",
        tab_lost: "{} replaced" | "{} replaced",
        lost_count: "{} change of yours was replaced" | "{} changes of yours were replaced",
        tab_unread: "{} unread" | "{} unread",
        tab_people: "{} here" | "{} here",
        direct_to: "Direct to {} person" | "Direct to {} people",
        offline_kept: "Offline, {} change kept here" | "Offline, {} changes kept here",
        waiting: "{} change of yours is not yet with anybody else." | "{} changes of yours are not yet with anybody else.",
        future: "{} change carries a time in the future and shows when it has come. A device in this room has a wrong clock." | "{} changes carry a time in the future and show when it has come. A device in this room has a wrong clock.",
        show_more: "Show {} more" | "Show {} more",
        new_below: "{} new message" | "{} new messages",
        to_do: "{} to do" | "{} to do",
        and_others: "and {} other" | "and {} others",
    }
}

/// What people in a clinic usually are; anything else can be typed.
pub(crate) const ROLES: [&str; 6] = [
    "Dentist",
    "Hygienist",
    "Nurse",
    "Assistant",
    "Front desk",
    "Manager",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_fill_in_order() {
        assert_eq!(fill("{} of {}", &["2", "3"]), "2 of 3");
        assert_eq!(fill("plain", &["x"]), "plain");
        assert_eq!(fill("{}{}", &["a"]), "a");
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(w().direct_to.of(1), "Direct to 1 person");
        assert_eq!(w().direct_to.of(3), "Direct to 3 people");
        assert_eq!(w().offline_kept.of(3), "Offline, 3 changes kept here");
    }
}
