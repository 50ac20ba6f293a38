/** Outcomes and offsets, together or not at all. */
@NullMarked
package dev.fanfare.dispatcher.commit;

import org.jspecify.annotations.NullMarked;
