/** Standard Webhooks signatures, and the sealing of secrets at rest. */
@NullMarked
package dev.fanfare.contract.signing;

import org.jspecify.annotations.NullMarked;
