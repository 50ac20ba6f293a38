/** What crosses Kafka or HTTP: records, headers, topic specs, ids, signing. No I/O. */
@NullMarked
package dev.fanfare.contract;

import org.jspecify.annotations.NullMarked;
