/** Traces: from a producer's trace context, through our records, to the subscriber's server. */
@NullMarked
package dev.fanfare.runtime.trace;

import org.jspecify.annotations.NullMarked;
