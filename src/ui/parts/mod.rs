//! Small pieces that know nothing of rooms: icons, dialogs, toasts, avatars, the QR code, timers.

pub(crate) mod avatar;
pub(crate) mod dialog;
pub(crate) mod icon;
pub(crate) mod later;
pub(crate) mod qr;
pub(crate) mod react;
pub(crate) mod theme;
pub(crate) mod toast;
