/** Draws what the sandbox tells of itself. Everything from the world goes in as text, never as HTML. */

/** @typedef {import("./view.ts").View} View */
/** @typedef {import("./view.ts").HostView} HostView */
/** @typedef {import("./view.ts").MachineView} MachineView */
/** @typedef {import("../faults/call-log.ts").LoggedCall} LoggedCall */

const CALLS = 40;

/** What Terraform's plugin protocol calls its calls, in words. */
const VERBS = {
  ApplyResourceChange: "apply",
  PlanResourceChange: "plan",
  ReadResource: "read",
  ReadDataSource: "look up",
  ImportResourceState: "import",
  ValidateResourceConfig: "check",
  ValidateDataResourceConfig: "check",
  ValidateProviderConfig: "check",
  UpgradeResourceState: "load",
  ConfigureProvider: "sign in",
  GetProviderSchema: "describe",
  StopProvider: "stop",
};

/** What to type, and what for. */
const COMMANDS = [
  ["npx lab status --sandbox", "the lab on one screen"],
  ["npx lab kubeconfig --sandbox", "writes the kubeconfig of the cluster"],
  ["npx cdktf diff --sandbox", "what a deploy would change"],
  ["npx lab sandbox log --follow", "these calls, in a terminal"],
  ["npx lab sandbox fault clear", "ends the faults"],
];

/**
 * An element with these children.
 *
 * @param {string} name of the tag, and classes: `li.host`
 * @param {...(Node | string | null)} children
 * @returns {HTMLElement}
 */
function h(name, ...children) {
  const [tag = "div", ...classes] = name.split(".");
  const element = document.createElement(tag);
  element.classList.add(...classes);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * A state, as a dot of its colour and in words.
 *
 * @param {string} state
 */
function badge(state) {
  const element = h("span.badge", state.toLowerCase());
  element.dataset.state = state.toLowerCase().replaceAll(" ", "-");
  return element;
}

/** @param {string} selector */
function at(selector) {
  const found = document.querySelector(selector);
  if (found === null) throw new Error(`no ${selector}`);
  return found;
}

/** @param {MachineView} machine */
function machine({ id, name, state, size, talos }) {
  const tile = h(
    "li.machine",
    h("p.name", h("b", name), h("small", `VM ${id}`)),
    h("p.detail", size),
    h("p", badge(state), talos === null ? null : h("span.talos", `Talos: ${talos}`)),
  );
  tile.dataset.state = state;
  return tile;
}

/** @param {HostView} host */
function host({ name, state, shape, size, address, publicAddress, faultDomain, proxmox, api, talos, machines }) {
  const addresses = publicAddress === null ? address : `${address}, public ${publicAddress}`;
  return h(
    "article.host",
    h("header", h("h5", name), badge(state)),
    h("p.detail", `${proxmox ? "Proxmox VE on " : talos ? `Talos, ${talos}, on ` : ""}${shape}: ${size}`),
    h("p.detail", h("code", addresses), ` in ${faultDomain}`),
    api === null ? null : h("p.detail", "API at ", h("code", api)),
    machines.length === 0 ? null : h("ul.machines", ...machines.map(machine)),
  );
}

/** @param {View} view */
function networks({ networks, loadBalancers, empty }) {
  if (empty) return [h("p.empty", "Nothing is here yet. ", h("code", "npx cdktf deploy --sandbox"), " fills it.")];
  return networks.map(({ name, cidrs, subnets }) =>
    h(
      "div.vcn",
      h("header", h("h3", name), h("code", cidrs)),
      ...subnets.map((subnet) =>
        h(
          "div.subnet",
          h("header", h("h4", subnet.name), h("code", subnet.cidr), h("small", subnet.reach)),
          subnet.hosts.length === 0 ? h("p.empty", "no hosts") : h("div.hosts", ...subnet.hosts.map(host)),
        ),
      ),
      ...loadBalancers.map((balancer) =>
        h(
          "p.balancer",
          h("b", balancer.name),
          " load balancer at ",
          h("code", balancer.address),
          `, port ${balancer.ports}`,
        ),
      ),
    ),
  );
}

/** @param {View} view */
function clusters({ clusters, guestNetworks, kubernetes }) {
  if (clusters.length === 0) return [h("p.empty", "No Proxmox host is up, so there is no cluster.")];
  return [
    ...clusters.map(({ name, quorate, hosts }) =>
      h(
        "article.card",
        h("header", h("h3", h("small", "Proxmox VE "), name), badge(quorate ? "quorate" : "no quorum")),
        h("p.detail", hosts),
      ),
    ),
    ...guestNetworks.map(({ zone, type, vnets }) =>
      h(
        "article.card",
        h("header", h("h3", h("small", "SDN zone "), zone), h("small", type)),
        ...vnets.map(({ name, cidrs }) => h("p.detail", `vnet ${name} `, h("code", cidrs))),
      ),
    ),
    ...kubernetes.map(({ name, state, version, endpoint, nodes }) =>
      h(
        "article.card",
        h("header", h("h3", h("small", "Kubernetes "), name), badge(state)),
        h("p.detail", `${version} at `, h("code", endpoint)),
        h(
          "ul.plain",
          ...nodes.map((node) =>
            h("li", h("b", node.name), ` ${node.role} `, h("code", node.address), " ", badge(node.state)),
          ),
        ),
      ),
    ),
  ];
}

/** @param {View} view */
function limits({ limits }) {
  return limits.map(({ label, unit, used, limit }) => {
    const bar = document.createElement("meter");
    Object.assign(bar, { min: 0, max: limit, value: used });
    bar.setAttribute("aria-label", `${label}: ${used} of ${limit} ${unit}`);
    const full = used >= limit ? "li.full" : "li";
    return h(full, h("p", h("span", label), h("b", `${used} / ${limit}${unit === "" ? "" : ` ${unit}`}`)), bar);
  });
}

/** @param {View} view */
function faults({ faults }) {
  return faults.map(({ id, text, hits }) =>
    h("li", h("b", `${id}`), ` ${text}`, hits > 0 ? h("small", ` hit ${hits}×`) : null),
  );
}

/** @param {View} view */
function progress({ progress = [] }) {
  return progress.map(({ stack, done, total, current }) => {
    const bar = document.createElement("progress");
    Object.assign(bar, { max: Math.max(total, 1), value: done });
    bar.setAttribute("aria-label", `${stack}: ${done} of ${total}`);
    const now = current === null ? null : h("code", current);
    return h("li", h("p", h("b", stack), ` ${done} of ${total} `, now), bar);
  });
}

/** A command, and a button that copies it. */
function command([text = "", why = ""]) {
  const button = h("button", "Copy");
  button.setAttribute("type", "button");
  button.setAttribute("aria-label", `Copy ${text}`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text).then(
      () => (button.textContent = "Copied"),
      () => (button.textContent = "Not allowed"),
    );
  });
  return h("li", h("code", text), button, h("small", why));
}

/** @param {View} view */
function draw(view) {
  at("#progress ul").replaceChildren(...progress(view));
  at("#progress").toggleAttribute("hidden", (view.progress ?? []).length === 0);
  at("#account").textContent = `${view.account} account, on loopback: nothing here costs anything`;
  at("#limits ul").replaceChildren(...limits(view));
  at("#world > div").replaceChildren(...networks(view));
  at("#clusters > div").replaceChildren(...clusters(view));
  at("#faults ul").replaceChildren(...faults(view));
  at("#faults").toggleAttribute("hidden", view.faults.length === 0);
}

/** @param {LoggedCall} call */
function row({ number, time, interface: via, method, target, answer, ms, fault, slow }) {
  const verb = h("b", VERBS[method] ?? method);
  verb.title = method;
  const line = h(
    "tr",
    h("td", new Date(time).toLocaleTimeString(undefined, { hour12: false })),
    h("td", via),
    h("td", verb, " ", h("span", target)),
    h("td", answer === null ? "…" : slow ? `${answer}, slow` : answer),
    h("td", ms === null ? "" : ms.toFixed(ms < 10 ? 1 : 0)),
  );
  line.id = `call-${number}`;
  line.dataset.system = via;
  if (fault !== null) line.classList.add(slow ? "slow" : "fault");
  return line;
}

/** @param {readonly LoggedCall[]} calls the oldest first; the newest is shown on top */
function add(calls) {
  const body = at("#calls tbody");
  // One that was under way comes again when it has its answer.
  for (const { number } of calls) document.getElementById(`call-${number}`)?.remove();
  body.prepend(...calls.map(row).toReversed());
  while (body.children.length > CALLS) body.lastElementChild?.remove();
}

at("#commands ul").replaceChildren(...COMMANDS.map(command));

const system = at("#system");
system.addEventListener("change", () => {
  if (system instanceof HTMLSelectElement) at("#calls tbody").setAttribute("data-only", system.value);
});

/**
 * @param {"wait" | "live" | "gone"} state
 * @param {string} text
 */
function say(state, text) {
  const live = at("#live");
  if (!(live instanceof HTMLElement) || live.dataset.state === state) return;
  live.dataset.state = state;
  live.textContent = text;
}

const events = new EventSource("events");
events.addEventListener("open", () => {
  at("#calls tbody").replaceChildren();
  say("live", "live");
});
events.addEventListener("error", () => say("gone", "the sandbox does not answer; npx lab sandbox open starts it"));
events.addEventListener("world", ({ data }) => draw(JSON.parse(data)));
events.addEventListener("calls", ({ data }) => add(JSON.parse(data)));
