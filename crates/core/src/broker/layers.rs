//! The layers of a hub, each of which can be off (law L2).

use crate::wire::registry::layer;
use core::fmt;
use core::str::FromStr;

/// One layer, from the purest to the most that a hub can do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Layer {
    /// A room maps to addresses (R-HUB-1).
    PhoneBook,
    /// Negotiation steps reach their recipient (R-HUB-2).
    Handshake,
    /// Packets reach members without a direct path (R-HUB-3).
    Relay,
    /// Sealed frames are kept for those who come later (R-HUB-4).
    Shelf,
    /// The operator sees counts (R-HUB-5).
    Admin,
}

/// Which layers are on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Layers(u32);

/// No layer has this name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("there is no layer `{0}`; the layers are phonebook, handshake, relay, shelf and admin")]
pub struct UnknownLayer(String);

impl Layer {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::PhoneBook,
        Self::Handshake,
        Self::Relay,
        Self::Shelf,
        Self::Admin,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PhoneBook => "phonebook",
            Self::Handshake => "handshake",
            Self::Relay => "relay",
            Self::Shelf => "shelf",
            Self::Admin => "admin",
        }
    }

    fn bit(self) -> u32 {
        match self {
            Self::PhoneBook => layer::PHONE_BOOK,
            Self::Handshake => layer::HANDSHAKE,
            Self::Relay => layer::RELAY,
            Self::Shelf => layer::SHELF,
            Self::Admin => layer::ADMIN,
        }
    }
}

impl Layers {
    /// None at all.
    pub const NONE: Self = Self(0);

    /// True when `layer` is on.
    #[must_use]
    pub fn has(self, layer: Layer) -> bool {
        self.0 & layer.bit() != 0
    }

    /// With `layer` on.
    #[must_use]
    pub fn with(self, layer: Layer) -> Self {
        Self(self.0 | layer.bit())
    }

    /// With `layer` off.
    #[must_use]
    pub fn without(self, layer: Layer) -> Self {
        Self(self.0 & !layer.bit())
    }

    /// True when some layer serves connected members: without one, nobody needs a socket.
    #[must_use]
    pub fn has_members(self) -> bool {
        [Layer::Handshake, Layer::Relay, Layer::Shelf]
            .iter()
            .any(|layer| self.has(*layer))
    }

    /// The bits of [`crate::wire::registry::layer`].
    #[must_use]
    pub fn bits(self) -> u32 {
        self.0
    }

    /// Those that are on.
    pub fn iter(self) -> impl Iterator<Item = Layer> {
        Layer::ALL.into_iter().filter(move |layer| self.has(*layer))
    }
}

impl Default for Layers {
    /// All but the shelf, which writes to disk and must be asked for.
    fn default() -> Self {
        Layer::ALL
            .into_iter()
            .fold(Self::NONE, Self::with)
            .without(Layer::Shelf)
    }
}

impl fmt::Display for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, layer) in self.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{}", layer.name())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Layers({self})")
    }
}

impl FromStr for Layers {
    type Err = UnknownLayer;

    /// Names with commas between them.
    fn from_str(text: &str) -> Result<Self, UnknownLayer> {
        text.split(',')
            .map(str::trim)
            .try_fold(Self::NONE, |layers, name| {
                Layer::ALL
                    .into_iter()
                    .find(|layer| layer.name() == name)
                    .map(|layer| layers.with(layer))
                    .ok_or_else(|| UnknownLayer(name.to_owned()))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_read_what_they_write() {
        let layers = Layers::default();
        assert_eq!(layers.to_string(), "phonebook,handshake,relay,admin");
        assert_eq!(layers.to_string().parse(), Ok(layers));
        assert_eq!(
            " relay, phonebook".parse::<Layers>().map(|l| l.bits()),
            Ok(5)
        );
        assert_eq!("relay,".parse::<Layers>(), Err(UnknownLayer(String::new())));
        assert!(
            !Layers::NONE
                .with(Layer::PhoneBook)
                .with(Layer::Admin)
                .has_members()
        );
    }
}
