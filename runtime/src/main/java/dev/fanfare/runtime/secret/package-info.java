/** The keyset that seals secrets at rest. */
@NullMarked
package dev.fanfare.runtime.secret;

import org.jspecify.annotations.NullMarked;
