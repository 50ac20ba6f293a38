/** Runs the whole pipeline as processes against three brokers, breaks things by a seed, and has the oracle judge. */
@NullMarked
package dev.fanfare.torture;

import org.jspecify.annotations.NullMarked;
