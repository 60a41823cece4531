"""What is known against versions of packages: services that speak the protocol of OSV."""
