// What RTCPeerConnection.getStats() knows of a connection (W3C webrtc-stats), cut down to what one asks first.

/** @returns {Promise<object|null>} `null` when the connection is closed */
export async function statistics(connection) {
  let all;
  try {
    all = await connection.peerConnection.getStats();
  } catch {
    return null;
  }
  const stats = [...all.values()];
  const transport = stats.find((one) => one.type === "transport");
  const pairs = stats
    .filter((one) => one.type === "candidate-pair")
    .map((pair) => ({
      selected: transport ? pair.id === transport.selectedCandidatePairId : pair.nominated,
      nominated: pair.nominated,
      state: pair.state,
      local: candidate(all.get(pair.localCandidateId)),
      remote: candidate(all.get(pair.remoteCandidateId)),
      remoteShown: isShown(all.get(pair.remoteCandidateId)),
      rttMs: pair.currentRoundTripTime === undefined ? null : Math.round(pair.currentRoundTripTime * 1000),
      sent: pair.bytesSent ?? 0,
      received: pair.bytesReceived ?? 0,
      checks: `${pair.responsesReceived ?? 0}/${pair.requestsSent ?? 0}`,
    }))
    .sort((a, b) => Number(b.selected) - Number(a.selected) || b.sent - a.sent);
  return {
    pairs,
    selected: pairs.find((pair) => pair.selected) ?? null,
    dtls: transport?.dtlsState ?? null,
    role: transport?.iceRole ?? null,
    changes: transport?.selectedCandidatePairChanges ?? null,
    ice: connection.iceConnectionState,
    gathering: connection.iceGatheringState,
    signaling: connection.signalingState,
    channel: connection.channelState,
    buffered: connection.bufferedAmount,
  };
}

function candidate(one) {
  if (!one) return "?";
  const address = one.address || one.ip || "hidden";
  return `${one.candidateType} ${one.protocol} ${address}:${one.port}`;
}

/** A host candidate that does not hide its address. */
function isShown(one) {
  return one?.candidateType === "host" && Boolean(one.address) && !one.address.endsWith(".local");
}
