/** Dead letters: what is outstanding, back with it (replay), away with it (discard). */
@NullMarked
package dev.fanfare.retry.dead;

import org.jspecify.annotations.NullMarked;
