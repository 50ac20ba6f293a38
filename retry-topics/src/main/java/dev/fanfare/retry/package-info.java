/** The retry role: what waits in the tiers goes back to the deliveries when it is due. */
@NullMarked
package dev.fanfare.retry;

import org.jspecify.annotations.NullMarked;
