/** Proves from the topics and the receivers' own records that no delivery was lost, or names those that were. */
@NullMarked
package dev.fanfare.testkit.conservation;

import org.jspecify.annotations.NullMarked;
