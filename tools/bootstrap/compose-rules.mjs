// What docker-compose.yml has to keep to besides its schema. Pure: each rule returns what is wrong, one sentence each.

const list = (value) => (Array.isArray(value) ? value : Object.keys(value ?? {}));

/** A name with a tag or a digest that does not move by itself. */
export const isPinned = (image) =>
  /@sha256:[0-9a-f]{64}$/.test(image) || /:v?\d+\.\d+(\.\d+)?(-[\w.-]+)?$/.test(image);

/** Ends by itself; others may wait for it to have done so. */
export const runsOnce = (service) => service.restart === 'no';

const rules = [
  ({ image }) => isPinned(image ?? '') || `has no image with an exact version: ${image}`,
  ({ read_only: readOnly }) => readOnly === true || 'has a writable root: set read_only',
  ({ user }) =>
    /^[1-9]\d*:[1-9]\d*$/.test(user ?? '') || 'runs as root or as an unknown user: set user: "uid:gid"',
  ({ privileged, cap_add: added }) => (!privileged && !added) || 'asks for privileges',
  ({ cap_drop: dropped }) => dropped?.includes('ALL') || 'keeps capabilities: set cap_drop: [ALL]',
  ({ security_opt: options }) =>
    options?.includes('no-new-privileges:true') || 'may gain privileges: set no-new-privileges',
  ({ restart }) => ['no', 'unless-stopped'].includes(restart) || 'says nothing of restarts',
  ({ deploy }) => {
    const { cpus, memory, pids } = deploy?.resources?.limits ?? {};
    return Boolean(cpus && memory && pids) || 'has no limit of cpus, memory and pids';
  },
  (service) =>
    runsOnce(service) ||
    service.healthcheck?.test !== undefined ||
    Boolean(service.labels?.['definitivedx.no-healthcheck']) ||
    'has no health check',
  ({ ports = [] }) =>
    ports.every((port) => typeof port === 'string' && port.startsWith('127.0.0.1:')) ||
    'publishes a port beyond this machine',
  ({ network_mode: mode, networks }) => mode === 'none' || list(networks).length > 0 || 'names no network',
];

/** Whoever holds this in the environment shows it in `docker inspect`. */
const secretName = /(PASSWORD|SECRET|SEED|PRIVATE|KEYRING|TOKEN)(?!.*(_FILE|_ID)$)/;

function environmentRules(environment) {
  const wrong = [];
  for (const [name, value] of Object.entries(environment ?? {})) {
    if (secretName.test(name)) wrong.push(`has a secret in its environment: ${name}`);
    if (/:\/\/[^/@\s]*:[^/@\s]+@/.test(String(value)))
      wrong.push(`has a password in its environment: ${name}`);
  }
  return wrong;
}

/** What a service names must be there, and be able to happen. */
function references(service, { services, networks, secrets, configs, volumes }) {
  const wrong = [];
  const must = (what, name, defined) => {
    if (!Object.hasOwn(defined ?? {}, name)) wrong.push(`names the ${what} ${name}, which is not there`);
  };
  for (const network of list(service.networks)) must('network', network, networks);
  for (const secret of service.secrets ?? []) must('secret', secret.source ?? secret, secrets);
  for (const config of service.configs ?? []) must('config', config.source ?? config, configs);
  for (const volume of service.volumes ?? []) must('volume', String(volume).split(':')[0], volumes);
  for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
    must('service', name, services);
    const other = services[name];
    if (!other) continue;
    const needed = runsOnce(other) ? 'service_completed_successfully' : 'service_healthy';
    if (condition !== needed) wrong.push(`waits for ${name} with ${condition}; it should be ${needed}`);
  }
  return wrong;
}

function mountedFiles(service) {
  const mounted = new Set((service.secrets ?? []).map((secret) => secret.target ?? secret.source ?? secret));
  return Object.entries(service.environment ?? {})
    .filter(([, value]) => String(value).startsWith('/run/secrets/'))
    .filter(([, value]) => !mounted.has(String(value).slice('/run/secrets/'.length)))
    .map(([name, value]) => `${name} is ${value}, which is not among its secrets`);
}

/** @returns one line for each thing that is wrong */
export function brokenRules(compose) {
  const wrong = [];
  for (const [name, service] of Object.entries(compose.services)) {
    const found = rules.map((rule) => rule(service)).filter((answer) => answer !== true);
    found.push(
      ...environmentRules(service.environment),
      ...references(service, compose),
      ...mountedFiles(service),
    );
    wrong.push(...found.map((sentence) => `${name} ${sentence}`));
  }
  for (const [name, network] of Object.entries(compose.networks ?? {})) {
    if (name !== 'edge' && network?.internal !== true) wrong.push(`the network ${name} is not internal`);
  }
  return wrong;
}
