/** Events as CloudEvents: from JSON, on Kafka, and the rules they must keep. */
@NullMarked
package dev.fanfare.contract.event;

import org.jspecify.annotations.NullMarked;
