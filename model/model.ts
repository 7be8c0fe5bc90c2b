/**
 * A model as a value, and how one is made.
 *
 * Longer than other files because a config, the card that it becomes and the modules that the card
 * names are checked against each other here.
 *
 * @module
 */

import { type BuiltinCatalog, builtins } from "../builtins.ts";
import { type Catalog, createRng, OptionsError, type Registry } from "../core/mod.ts";
import type { Weights } from "../engine/mod.ts";
import type { Fusion } from "../fusion/mod.ts";
import type { Network } from "../networks/mod.ts";
import type { NoiseDistribution } from "../noise/mod.ts";
import type { Preconditioner } from "../precond/mod.ts";
import type { Sampler } from "../samplers/mod.ts";
import { noiseLevelAtSigma, type Schedule } from "../schedules/mod.ts";
import type { Timesteps } from "../timesteps/mod.ts";
import type { LossWeighting } from "../weighting/mod.ts";
import {
  AXES,
  type CardModule,
  conditionChannels,
  type ModelCard,
  moduleCheck,
  parseCard,
} from "./card.ts";

/** A model: the parts that make its denoiser, its weights and its card. */
export interface Model {
  readonly schedule: Schedule;
  readonly precond: Preconditioner;
  readonly network: Network;
  readonly weights: Weights;
  readonly card: ModelCard;
}

/** The modules of a card, built. */
export interface Modules {
  readonly schedule: Schedule;
  readonly precond: Preconditioner;
  readonly network: Network;
  readonly noise: NoiseDistribution;
  readonly weighting: LossWeighting;
  readonly timesteps: Timesteps;
  readonly sampler: Sampler;
  readonly fusion: Fusion;
}

/** A registry that knows at least the built-in kinds. */
// deno-lint-ignore no-explicit-any -- what a plugin added does not matter here.
export type AnyRegistry = Registry<any>;

/** What a model is made of: one key per axis, and what its images are. JSON. */
export interface ModelConfig {
  readonly name?: string;
  readonly description?: string;
  readonly licence?: string;
  readonly bands: ModelCard["bands"];
  readonly scaling: ModelCard["scaling"];
  /** Default: the cloudy image, and where `length` > 1 the reference mark. */
  readonly condition?: Partial<ModelCard["condition"]>;
  readonly tileSize: number;
  readonly length?: number;
  /** inChannels and outChannels follow from bands and condition where they are left out. */
  readonly network: CardModule;
  readonly schedule?: CardModule;
  readonly precond?: CardModule;
  readonly noise?: CardModule;
  readonly weighting?: CardModule;
  readonly timesteps?: CardModule;
  readonly sampler?: CardModule;
  readonly fusion?: CardModule;
  readonly steps?: number;
  readonly training?: ModelCard["training"];
}

/** The paper's choices (Sec. 4, spec §9), where a config leaves an axis out. */
const AXIS_DEFAULTS = {
  schedule: { type: "rational" },
  precond: { type: "meanReverting" },
  noise: { type: "logNormal" },
  weighting: { type: "inverseOutput" },
  timesteps: { type: "karras" },
  sampler: { type: "euler" },
  fusion: { type: "mean" },
} as const;

const CARD_DEFAULTS = {
  name: "unnamed",
  description: "",
  licence: "NOASSERTION",
  length: 1,
  steps: 5,
  training: {},
} as const;

/** Options of {@linkcode createModel}. */
export interface CreateModelOptions {
  /** Where modules are looked up. Default the built-in ones. */
  readonly registry?: AnyRegistry;
  /** Seed of the fresh weights. Default 0. */
  readonly seed?: number;
}

/**
 * A model with fresh weights.
 *
 * @throws {OptionsError} If the config is wrong anywhere; the message has the path.
 */
export function createModel(
  config: ModelConfig,
  { registry = builtins, seed = 0 }: CreateModelOptions = {},
): Model {
  const card = resolveCard(config, { registry });
  const { schedule, precond, network } = buildModules(card, { registry });
  const weights = network.init(createRng(seed).fork("weights"));
  return { schedule, precond, network, weights, card };
}

/**
 * The card of a config: every axis with every option.
 *
 * @throws {OptionsError} If the config is wrong anywhere; the message has the path.
 */
export function resolveCard(
  config: ModelConfig,
  { registry = builtins }: { readonly registry?: AnyRegistry } = {},
): ModelCard {
  const { condition, ...rest } = config as unknown as Readonly<Record<string, unknown>>;
  const length = rest.length ?? CARD_DEFAULTS.length;
  const order = length === 1 ? ["cloudy"] : ["cloudy", "reference"];
  const modules: Record<string, unknown> = {};
  const general: Record<string, unknown> = {
    ...CARD_DEFAULTS,
    condition: { order, ...(condition as object | undefined) },
  };
  for (const [key, value] of Object.entries(rest)) {
    if ((AXES as readonly string[]).includes(key)) modules[key] = moduleCheck(value, `$.${key}`);
    else if (key === "modules") {
      throw new OptionsError("$.modules", "is spelled out, one key per axis");
    } else general[key] = value;
  }
  const draft = parseCard({ ...general, modules: { ...AXIS_DEFAULTS, ...modules } });
  const resolved = resolveModules(draft, registry, (axis) => `$.${axis}`);
  buildModules(resolved, { registry });
  return resolved;
}

/** The card with its modules' options checked and complete. */
function resolveModules(
  card: ModelCard,
  registry: AnyRegistry,
  pathOf: (axis: string) => string,
): ModelCard {
  const reader = registry as Registry<BuiltinCatalog>;
  const modules = Object.fromEntries(
    AXES.map((axis) => {
      const module = axis === "network" ? withChannels(card, reader) : card.modules[axis];
      return [axis, reader.read(axis, module, pathOf(axis))];
    }),
  ) as unknown as ModelCard["modules"];
  return { ...card, modules };
}

/** The network's module with its channel counts, which follow from the card, filled in. */
function withChannels(card: ModelCard, registry: Registry<BuiltinCatalog>): CardModule {
  const network = card.modules.network;
  const entries: Catalog[string] = registry.entries("network");
  const { checks } = entries[network.type] ?? { checks: {} };
  const follows = {
    inChannels: card.bands.length + conditionChannels(card),
    outChannels: card.bands.length,
  };
  const wanted = Object.entries(follows)
    .filter(([name]) => Object.hasOwn(checks, name) && network[name] === undefined);
  return { ...network, ...Object.fromEntries(wanted) };
}

/**
 * Builds the modules of a card and checks that they fit together.
 *
 * @throws {OptionsError} If an option is wrong or the parts do not fit.
 */
export function buildModules(
  card: ModelCard,
  { registry = builtins, path = "$" }: {
    readonly registry?: AnyRegistry;
    readonly path?: string;
  } = {},
): Modules {
  const reader = registry as Registry<BuiltinCatalog>;
  const built = Object.fromEntries(
    AXES.map((axis) => {
      // The config was checked against its entry by type, which the compiler cannot follow here.
      const config = card.modules[axis] as never;
      return [axis, reader.create(axis, config, `${path}.${axis}`)];
    }),
  ) as unknown as Modules;
  checkFit(card, built, path);
  return built;
}

function checkFit(card: ModelCard, modules: Modules, path: string): void {
  const { network, schedule, precond, timesteps } = modules;
  const channels = card.bands.length + conditionChannels(card);
  if (network.inChannels !== channels || network.outChannels !== card.bands.length) {
    throw new OptionsError(
      `${path}.network`,
      `must take ${channels} channels (${card.bands.length} bands and ${conditionChannels(card)} ` +
        `of condition) and give ${card.bands.length}, got ${network.inChannels} and ` +
        `${network.outChannels}`,
    );
  }
  if (card.condition.order.includes("auxiliary") !== card.condition.auxiliary.length > 0) {
    throw new OptionsError(
      `${path}.condition`,
      "must list auxiliary bands if and only if its order has them",
    );
  }
  try {
    network.checkSize({ height: card.tileSize, width: card.tileSize });
  } catch (error) {
    throw new OptionsError(`${path}.tileSize`, (error as Error).message);
  }
  for (const sigma of timesteps.sigmas(card.steps).slice(0, -1)) {
    const level = fits(() => noiseLevelAtSigma(schedule, sigma), `${path}.schedule`);
    const { cIn, cSkip, cOut, cNoise } = precond.coefficients(level, card.length);
    if (![cIn, cSkip, cOut, cNoise].every(Number.isFinite)) {
      throw new OptionsError(
        `${path}.precond`,
        `must give finite coefficients at every σ of the sampler, got cIn ${cIn}, cSkip ${cSkip}, ` +
          `cOut ${cOut}, cNoise ${cNoise} at σ = ${sigma}`,
      );
    }
  }
}

function fits<T>(f: () => T, path: string): T {
  try {
    return f();
  } catch (error) {
    throw new OptionsError(path, (error as Error).message);
  }
}

/**
 * A model from a card and loaded weights.
 *
 * @throws {OptionsError} If the card names modules or options that the registry does not know.
 */
export function modelFromCard(
  card: ModelCard,
  weights: Weights,
  { registry = builtins }: { readonly registry?: AnyRegistry } = {},
): Model {
  const resolved = resolveModules(card, registry, (axis) => `$.modules.${axis}`);
  const { schedule, precond, network } = buildModules(resolved, { registry, path: "$.modules" });
  return { schedule, precond, network, weights, card: resolved };
}
