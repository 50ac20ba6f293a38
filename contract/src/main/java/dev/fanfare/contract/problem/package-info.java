/** Errors in words: RFC 9457 problem documents. */
@NullMarked
package dev.fanfare.contract.problem;

import org.jspecify.annotations.NullMarked;
