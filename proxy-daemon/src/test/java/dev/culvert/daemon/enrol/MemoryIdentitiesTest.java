package dev.culvert.daemon.enrol;

class MemoryIdentitiesTest implements IdentityStoreContract {
    @Override
    public IdentityStore open() {
        return new MemoryIdentities();
    }
}
