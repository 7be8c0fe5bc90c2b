/**
 * From a card to its modules: options checked and completed, modules built once.
 *
 * @module
 */

import { type AnyRegistry, type BuiltinCatalog, builtins } from "../builtins.ts";
import type { Catalog, Registry } from "../core/mod.ts";
import { AXES, type CardModule, conditionChannels, type ModelCard } from "./card.ts";
import { checkFit } from "./check_fit.ts";
import { buildEnsemble } from "./ensemble.ts";
import type { Modules } from "./modules.ts";

/** Options of {@linkcode completeCard} and {@linkcode buildModules}. */
export interface ModulesOptions {
  /** Knows the modules that the card names. Default the built-in ones. */
  readonly registry?: AnyRegistry;
  /** Path of the modules in error messages. Default `$.modules`. */
  readonly path?: string;
}

/**
 * Returns the card with the options of its modules checked and completed with their defaults. The
 * network's channel counts follow from bands and condition where they are left out. The mean
 * `cloudy`, the default, is left out.
 *
 * @throws {OptionsError} If a module or one of its options is unknown, missing or out of range.
 */
export function completeCard(
  card: ModelCard,
  { registry = builtins, path = "$.modules" }: ModulesOptions = {},
): ModelCard {
  const reader: Registry<BuiltinCatalog> = registry;
  const modules = Object.fromEntries(
    AXES.map((axis) => {
      const module = axis === "network" ? withChannels(card, reader) : card.modules[axis];
      return [axis, reader.read(axis, module, `${path}.${axis}`)];
    }),
  ) as unknown as ModelCard["modules"];
  const mean = card.modules.mean &&
    reader.read("mean", card.modules.mean, `${path}.mean`) as CardModule;
  return {
    ...card,
    modules: mean === undefined || mean.type === CLOUDY.type ? modules : { ...modules, mean },
  };
}

/** The mean of a card that names none. */
const CLOUDY = { type: "cloudy" } as const;

/** The network's module with the channel counts that follow from the card. */
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
 * Builds the modules of a complete card and checks that they fit together.
 *
 * @throws {OptionsError} If an option is out of range or the modules do not fit together.
 */
export function buildModules(
  card: ModelCard,
  { registry = builtins, path = "$.modules" }: ModulesOptions = {},
): Modules {
  const reader: Registry<BuiltinCatalog> = registry;
  const axes = Object.fromEntries(
    AXES.map((axis) => {
      // The registry checks the options by type, which the compiler cannot follow here.
      const config = card.modules[axis] as never;
      return [axis, reader.create(axis, config, `${path}.${axis}`)];
    }),
  ) as unknown as Omit<Modules, "ensemble" | "mean">;
  const mean = reader.create("mean", (card.modules.mean ?? CLOUDY) as never, `${path}.mean`);
  checkFit(card, axes, path);
  const root = path.replace(/\.modules$/, "");
  return { ...axes, mean, ensemble: buildEnsemble(card, { registry, path: root }) };
}
