// The operator's page: asks once a second and shows the answer. Builds elements, never markup from text.

const PERIOD = 1000;
const DAY = 24 * 60 * 60 * 1000;
const ACTIVITY_SHOWN = 100;

const byId = (id) => document.getElementById(id);

function element(name, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

const percent = (rate) => (rate === null ? '–' : `${Math.round(rate * 100)} %`);

function age(ms) {
  if (ms === null) return 'no report';
  const seconds = Math.round(ms / 1000);
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

function tile(name, value, more, bad) {
  const shown = element('dd', bad ? { class: 'bad' } : {}, String(value));
  if (more) shown.append(' ', element('small', { text: more }));
  return element('div', {}, element('dt', { text: name }), shown);
}

function showTotals(totals) {
  const { users, links } = totals;
  byId('totals').replaceChildren(
    tile('People connected', totals.members, `${totals.connections} sockets${totals.hubs > 1 ? `, ${totals.hubs} hubs` : ''}`),
    tile('Rooms', totals.rooms),
    tile('Without the hub', users.p2p, 'P2P'),
    tile('Through the hub', users.websocket, 'WebSocket'),
    tile('Reaching nobody', users.alone),
    tile('Links', links.all, `${links.direct} direct, ${links.hub} hub, ${links.peer} peer`),
    tile('Ends disagree', totals.disagreeing, '', totals.disagreeing > 0),
    tile('Attempts that opened', percent(totals.successRate), `${totals.opened} of ${totals.attempts}`),
    tile('Moved on to direct', percent(totals.upgradeRate), `${totals.upgraded} of ${totals.relayed}`),
    tile('Handshakes waiting', totals.letters),
    tile('On the shelf from P2P', totals.shelf.p2p),
    tile('On the shelf from WebSocket', totals.shelf.websocket),
  );
}

function cell(pair, end) {
  if (!pair) return element('td', { text: '–' });
  if (!end) return element('td', { text: '?' }, element('small', { text: 'no report' }));
  const rtt = end.rtt === null ? '' : `, ${end.rtt} ms`;
  const detail = `${end.state}, ${age(end.age)} ago`;
  const kind = pair.disagrees ? 'disagrees' : end.path;
  return element('td', { class: kind, text: `${end.path}${rtt}` }, element('small', { text: detail }));
}

function matrix(room) {
  const known = new Set(room.members.map((member) => member.peer));
  const strangers = room.pairs.flatMap((pair) => pair.peers).filter((peer) => !known.has(peer));
  const peers = [...known, ...new Set(strangers)];
  const pairs = new Map();
  for (const pair of room.pairs) {
    const [a, b] = pair.peers;
    pairs.set(`${a} ${b}`, [pair, pair.ends[0]]);
    pairs.set(`${b} ${a}`, [pair, pair.ends[1]]);
  }
  const heads = peers.map((peer) => element('th', { scope: 'col', text: peer }));
  const rows = peers.map((row) => element('tr', {},
    element('th', { scope: 'row', text: known.has(row) ? row : `${row} (not here)` }),
    ...peers.map((column) => (row === column
      ? element('td', { class: 'self', text: '' })
      : cell(...(pairs.get(`${row} ${column}`) ?? []))))));
  return element('div', { class: 'scroll', tabindex: '0' },
    element('table', {},
      element('thead', {}, element('tr', {}, element('td'), ...heads)),
      element('tbody', {}, ...rows)));
}

function showRooms(rooms) {
  const scrolled = [...document.querySelectorAll('.scroll')].map((box) => box.scrollLeft);
  const focused = [...document.querySelectorAll('.scroll')].indexOf(document.activeElement);
  const shown = rooms.map((room) => {
    const people = room.members.length === 1 ? '1 person' : `${room.members.length} people`;
    const title = element('h3', { text: `…${room.room}: ${people}` });
    return element('article', { class: 'room' }, title, ...(room.members.length > 1 ? [matrix(room)] : []));
  });
  const none = element('p', { class: 'empty', text: 'No room is open.' });
  byId('rooms').replaceChildren(...(shown.length ? shown : [none]));
  const boxes = [...document.querySelectorAll('.scroll')];
  boxes.forEach((box, at) => { box.scrollLeft = scrolled[at] ?? 0; });
  boxes[focused]?.focus();
}

function line(points, now, most, kind) {
  const at = (time) => (1000 * (time - (now - DAY))) / DAY;
  const high = (value) => 100 - (96 * value) / Math.max(most, 1) - 2;
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  const steps = points.map(([time, value], n) => (n === 0
    ? `M${at(time)} ${high(value)}`
    : `H${at(time)}V${high(value)}`));
  path.setAttribute('d', steps.join(''));
  path.setAttribute('class', kind);
  return path;
}

function chart(title, now, lines) {
  const most = Math.max(0, ...lines.flatMap(({ points }) => points.map(([, value]) => value)));
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 1000 100');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', `${title}, at most ${most}`);
  svg.append(...lines.map(({ points, kind }) => line(points, now, most, kind)));
  return element('figure', {}, svg, element('figcaption', { text: `${title} (at most ${most})` }));
}

function showCharts({ at, totals, samples }) {
  const recent = samples.filter((sample) => sample.at > at - DAY);
  const series = (value) => [...recent.map((sample) => [sample.at, value(sample)]), [at, value(totals)]];
  byId('charts').replaceChildren(
    chart('People connected', at, [{ points: series((s) => s.members), kind: '' }]),
    chart('Links: direct solid, hub dashed, peer dotted', at, [
      { points: series((s) => s.links.direct), kind: 'direct' },
      { points: series((s) => s.links.hub), kind: 'hub' },
      { points: series((s) => s.links.peer), kind: 'peer' },
    ]),
    chart('Ends disagree', at, [{ points: series((s) => s.disagreeing), kind: 'hub' }]),
  );
}

function showActivity(lines) {
  const newest = lines.slice(-ACTIVITY_SHOWN).reverse();
  byId('activity').replaceChildren(...newest.map((entry) => {
    const when = new Date(entry.at);
    const about = [entry.room && `room …${entry.room}`, entry.peer].filter(Boolean).join(', ');
    return element('li', {},
      element('time', { datetime: when.toISOString(), text: when.toLocaleTimeString() }),
      element('span', { text: entry.kind }),
      element('code', { text: about }));
  }));
}

function show(status) {
  byId('login').hidden = true;
  byId('status').hidden = false;
  byId('logout').hidden = false;
  showTotals(status.totals);
  showRooms(status.rooms);
  showCharts(status);
  showActivity(status.activity);
}

function askToLogIn() {
  byId('status').hidden = true;
  byId('logout').hidden = true;
  byId('login').hidden = false;
  fresh('');
}

function fresh(text, stale = false) {
  byId('fresh').textContent = text;
  byId('fresh').classList.toggle('stale', stale);
}

async function ask() {
  let response;
  try {
    response = await fetch('/api/admin/mesh-status', { signal: AbortSignal.timeout(5000) });
    if (response.ok) {
      const status = await response.json();
      show(status);
      fresh(`as of ${new Date(status.at).toLocaleTimeString()}`);
    }
  } catch {
    fresh('the hub does not answer: what you see is old', true);
    return true;
  }
  if (response.status === 401) {
    askToLogIn();
    return false;
  }
  if (!response.ok) fresh(`the hub answers ${response.status}: what you see is old`, true);
  return true;
}

let running = false;

async function run() {
  if (running) return;
  running = true;
  while (await ask()) await new Promise((resume) => setTimeout(resume, PERIOD));
  running = false;
}

byId('login').addEventListener('submit', async (event) => {
  event.preventDefault();
  const body = JSON.stringify({ user: byId('user').value, password: byId('password').value });
  const headers = { 'content-type': 'application/json' };
  byId('refused').textContent = '';
  try {
    const response = await fetch('/admin/login', { method: 'POST', headers, body });
    if (response.ok) {
      byId('password').value = '';
      run();
    } else {
      byId('refused').textContent = (await response.json()).detail;
    }
  } catch {
    byId('refused').textContent = 'The hub does not answer.';
  }
});

byId('logout').addEventListener('click', async () => {
  try {
    await fetch('/admin/logout', { method: 'POST' });
  } finally {
    location.reload();
  }
});

run();
