/** {@code fanfare bench}: the whole pipeline, from the request that brings an event to the webhook's arrival. */
@NullMarked
package dev.fanfare.benchmarks.pipeline;

import org.jspecify.annotations.NullMarked;
