//! One RTCPeerConnection with its one data channel. The only place that touches either.
//!
//! Carries out what [`corridor_core::node::RtcOp`] asks and reports [`RtcEvent`]s. The negotiation steps
//! of a connection run one after the other, in the order they were asked for; whatever is under way when
//! the connection is dropped is abandoned and reports nothing.

use super::hooks::Hook;
use super::js_error::JsError;
use super::listener::Listener;
use super::socket::message_bytes;
use corridor_core::limits;
use corridor_core::node::{
    Candidate, Description, IceConfig, IceServer, RtcEvent, RtcState, SdpKind,
};
use futures_util::future::{AbortHandle, Abortable};
use js_sys::{Array, Function, Reflect};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    RtcConfiguration, RtcDataChannel, RtcDataChannelInit, RtcDataChannelType, RtcIceCandidateInit,
    RtcIceServer, RtcOfferOptions, RtcPeerConnection, RtcPeerConnectionIceEvent,
    RtcPeerConnectionState, RtcSdpType, RtcSessionDescriptionInit,
};

/// Label and number of the data channel. Both ends create it themselves ("negotiated"), so it needs no
/// round trip and no `datachannel` event.
const CHANNEL: (&str, u16) = ("corridor", 0);

/// `bufferedAmountLowThreshold`.
const CHANNEL_LOW: u32 = limits::CHANNEL_LOW as u32;

/// A connection; closed when dropped, after which it reports nothing.
#[derive(Debug)]
#[must_use = "the connection is closed when this is dropped"]
pub struct Connection {
    // First, so that the closing below is not reported.
    _listeners: Vec<Listener>,
    steps: Rc<Steps>,
    pc: RtcPeerConnection,
    channel: RtcDataChannel,
    tells_drained: Rc<Cell<bool>>,
    _close: Hook,
}

/// A negotiation step.
#[derive(Debug)]
enum Step {
    Offer { restart: bool },
    SetRemote(Description),
    AddCandidate(Candidate),
}

/// Steps of one connection that wait for the one under way.
struct Steps {
    pc: RtcPeerConnection,
    report: Box<dyn Fn(RtcEvent)>,
    waiting: RefCell<VecDeque<Step>>,
    under_way: RefCell<Option<AbortHandle>>,
    closed: Cell<bool>,
}

impl Connection {
    /// Creates connection and channel. Nothing is sent before [`Connection::offer`] or
    /// [`Connection::set_remote`].
    ///
    /// # Errors
    /// When the browser has no WebRTC or refuses the configuration.
    pub fn create(
        config: &IceConfig,
        happened: impl Fn(RtcEvent) + Clone + 'static,
    ) -> Result<Self, JsError> {
        let pc = RtcPeerConnection::new_with_configuration(&configuration(config))?;
        let init = RtcDataChannelInit::new();
        init.set_negotiated(true);
        init.set_id(CHANNEL.1);
        init.set_ordered(true);
        let channel = pc.create_data_channel_with_data_channel_dict(CHANNEL.0, &init);
        channel.set_binary_type(RtcDataChannelType::Arraybuffer);
        channel.set_buffered_amount_low_threshold(CHANNEL_LOW);
        let tells_drained = Rc::<Cell<bool>>::default();
        let closing = (pc.clone(), channel.clone());
        Ok(Self {
            _listeners: listen(&pc, &channel, &tells_drained, &happened),
            steps: Rc::new(Steps {
                pc: pc.clone(),
                report: Box::new(happened),
                waiting: RefCell::default(),
                under_way: RefCell::default(),
                closed: Cell::new(false),
            }),
            pc,
            channel,
            tells_drained,
            _close: Hook::new(move || {
                closing.1.close();
                closing.0.close();
            }),
        })
    }

    /// `setConfiguration`, for the next ICE restart.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub fn configure(&self, config: &IceConfig) -> Result<(), JsError> {
        let config = configuration(config);
        Ok(self.pc.set_configuration_with_configuration(&config)?)
    }

    /// `createOffer` and `setLocalDescription`; with `restart` for new ICE credentials and candidates.
    pub fn offer(&self, restart: bool) {
        self.steps.push(Step::Offer { restart });
    }

    /// `setRemoteDescription`; for an offer then `createAnswer` and `setLocalDescription`.
    pub fn set_remote(&self, description: Description) {
        self.steps.push(Step::SetRemote(description));
    }

    /// `addIceCandidate`.
    pub fn add_candidate(&self, candidate: Candidate) {
        self.steps.push(Step::AddCandidate(candidate));
    }

    /// Sends one binary message on the data channel, at once.
    ///
    /// # Errors
    /// When the channel is not open, or its buffer is full.
    pub fn send(&self, packet: &[u8]) -> Result<(), JsError> {
        Ok(self.channel.send_with_u8_array(packet)?)
    }

    /// Reports [`RtcEvent::Drained`] as soon as little waits in the channel.
    pub fn tell_drained(&self) {
        if self.channel.buffered_amount() > CHANNEL_LOW {
            self.tells_drained.set(true);
        } else {
            (self.steps.report)(RtcEvent::Drained);
        }
    }

    /// The live objects, for the debug object.
    #[must_use]
    pub fn raw(&self) -> (&RtcPeerConnection, &RtcDataChannel) {
        (&self.pc, &self.channel)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.steps.close();
    }
}

impl core::fmt::Debug for Steps {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Steps")
            .field("waiting", &self.waiting.borrow().len())
            .finish_non_exhaustive()
    }
}

impl Steps {
    fn push(self: &Rc<Self>, step: Step) {
        self.waiting.borrow_mut().push_back(step);
        if self.under_way.borrow().is_some() {
            return;
        }
        let (handle, registration) = AbortHandle::new_pair();
        *self.under_way.borrow_mut() = Some(handle);
        let work = Abortable::new(Self::work(self.clone()), registration);
        spawn_local(async move {
            // Aborted means closed: there is nobody left to tell.
            let _ = work.await;
        });
    }

    async fn work(steps: Rc<Self>) {
        loop {
            let next = steps.waiting.borrow_mut().pop_front();
            let Some(step) = next else { break };
            let name = step.name();
            let failed = match step {
                Step::AddCandidate(_) => RtcEvent::CandidateRefused,
                Step::Offer { .. } | Step::SetRemote(_) => RtcEvent::Failed,
            };
            let outcome = steps.run(step).await;
            if steps.closed.get() {
                return;
            }
            match outcome {
                Ok(Some(description)) => {
                    (steps.report)(RtcEvent::LocalDescription(description));
                }
                Ok(None) => {}
                Err(error) => {
                    let error = JsError::from(error);
                    (steps.report)(failed(format!("{name}: {error}")));
                }
            }
        }
        steps.under_way.borrow_mut().take();
    }

    /// Answers with the local description that was set, if one was.
    async fn run(&self, step: Step) -> Result<Option<Description>, JsValue> {
        match step {
            Step::Offer { restart } => {
                let options = RtcOfferOptions::new();
                if restart {
                    options.set_ice_restart(true);
                    restart_ice(&self.pc)?;
                }
                let offer =
                    JsFuture::from(self.pc.create_offer_with_rtc_offer_options(&options)).await?;
                self.set_local(SdpKind::Offer, offer).await
            }
            Step::SetRemote(description) => {
                let init = RtcSessionDescriptionInit::new(match description.kind {
                    SdpKind::Offer => RtcSdpType::Offer,
                    SdpKind::Answer => RtcSdpType::Answer,
                });
                init.set_sdp(&description.sdp);
                JsFuture::from(self.pc.set_remote_description(&init)).await?;
                if description.kind == SdpKind::Answer {
                    return Ok(None);
                }
                let answer = JsFuture::from(self.pc.create_answer()).await?;
                self.set_local(SdpKind::Answer, answer).await
            }
            Step::AddCandidate(candidate) => {
                let init = RtcIceCandidateInit::new(&candidate.candidate);
                init.set_sdp_mid(candidate.mid.as_deref());
                init.set_sdp_m_line_index(candidate.line);
                let added = self
                    .pc
                    .add_ice_candidate_with_opt_rtc_ice_candidate_init(Some(&init));
                JsFuture::from(added).await?;
                Ok(None)
            }
        }
    }

    async fn set_local(
        &self,
        kind: SdpKind,
        description: JsValue,
    ) -> Result<Option<Description>, JsValue> {
        let init: RtcSessionDescriptionInit = description.unchecked_into();
        let sdp = init.get_sdp().unwrap_or_default();
        JsFuture::from(self.pc.set_local_description(&init)).await?;
        Ok(Some(Description { kind, sdp }))
    }

    fn close(&self) {
        self.closed.set(true);
        self.waiting.borrow_mut().clear();
        if let Some(handle) = self.under_way.borrow_mut().take() {
            handle.abort();
        }
    }
}

impl Step {
    fn name(&self) -> &'static str {
        match self {
            Self::Offer { .. } => "offer",
            Self::SetRemote(_) => "setRemoteDescription",
            Self::AddCandidate(_) => "addIceCandidate",
        }
    }
}

fn listen(
    pc: &RtcPeerConnection,
    channel: &RtcDataChannel,
    tells_drained: &Rc<Cell<bool>>,
    happened: &(impl Fn(RtcEvent) + Clone + 'static),
) -> Vec<Listener> {
    // Both events, because Firefox has dropped connections whose ICE state nobody listened to.
    let seen = Rc::new(Cell::new(RtcState::New));
    let states = ["connectionstatechange", "iceconnectionstatechange"].map(|event| {
        let (pc, seen, happened) = (pc.clone(), seen.clone(), happened.clone());
        Listener::new(&pc.clone(), event, move |_| {
            let state = state(&pc);
            if seen.replace(state) != state {
                happened(RtcEvent::State(state));
            }
        })
    });
    let gathered = happened.clone();
    let candidates = Listener::new(pc, "icecandidate", move |event| {
        let candidate = event
            .dyn_ref::<RtcPeerConnectionIceEvent>()
            .and_then(RtcPeerConnectionIceEvent::candidate)
            .map(|found| Candidate {
                candidate: found.candidate(),
                mid: found.sdp_mid(),
                line: found.sdp_m_line_index(),
            });
        // No candidate, or an empty one, says that gathering ended.
        gathered(match candidate {
            Some(found) if !found.candidate.is_empty() => RtcEvent::Candidate(found),
            _ => RtcEvent::Gathered,
        });
    });
    let (opened, closed, received) = (happened.clone(), happened.clone(), happened.clone());
    let open = Listener::new(channel, "open", move |_| opened(RtcEvent::ChannelOpen));
    let close = Listener::new(channel, "close", move |_| closed(RtcEvent::ChannelClosed));
    let (waited_for, drained) = (tells_drained.clone(), happened.clone());
    let low = Listener::new(channel, "bufferedamountlow", move |_| {
        if waited_for.take() {
            drained(RtcEvent::Drained);
        }
    });
    let messages = Listener::new(channel, "message", move |event| {
        if let Some(packet) = message_bytes(&event) {
            received(RtcEvent::Packet(packet));
        }
    });
    states
        .into_iter()
        .chain([candidates, open, close, low, messages])
        .collect()
}

fn state(pc: &RtcPeerConnection) -> RtcState {
    match pc.connection_state() {
        RtcPeerConnectionState::Connecting => RtcState::Connecting,
        RtcPeerConnectionState::Connected => RtcState::Connected,
        RtcPeerConnectionState::Disconnected => RtcState::Disconnected,
        RtcPeerConnectionState::Failed => RtcState::Failed,
        RtcPeerConnectionState::Closed => RtcState::Closed,
        _ => RtcState::New,
    }
}

/// `restartIce()`, which web-sys does not bind.
fn restart_ice(pc: &RtcPeerConnection) -> Result<(), JsValue> {
    let restart: Function = Reflect::get(pc, &"restartIce".into())?.dyn_into()?;
    restart.call0(pc)?;
    Ok(())
}

fn configuration(config: &IceConfig) -> RtcConfiguration {
    let configuration = RtcConfiguration::new();
    let servers: Array = config.servers.iter().map(server).collect();
    configuration.set_ice_servers(&servers);
    configuration
}

fn server(server: &IceServer) -> RtcIceServer {
    let entry = RtcIceServer::new();
    entry.set_urls_str(&server.url);
    if let Some((user, credential)) = &server.credential {
        entry.set_username(user);
        entry.set_credential(credential);
    }
    entry
}
