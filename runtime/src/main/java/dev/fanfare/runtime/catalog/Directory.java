package dev.fanfare.runtime.catalog;

import dev.fanfare.contract.catalog.AccessKey;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Who there is: what is asked of the catalog to let a caller in. Answers come from memory; safe from any thread. */
public interface Directory {
    /** An API key, whatever its state; null where none with this id is known here. */
    @Nullable AccessKey key(String id);

    /** Whether a tenant is known here. */
    boolean isTenant(String id);

    /**
     * Since when there has been this tenant, in Unix milliseconds: a later one of the same name has another. 0 where it is
     * not known here, or of the settings, and so was always there.
     */
    default long tenantSinceMillis(String id) {
        return 0;
    }

    /**
     * Completes, on any thread, when all is known here that any instance had acknowledged before the call; fails where
     * that can't be found out in time.
     */
    CompletionStage<Void> catchUp();
}
