"""What authors of katas use: proofs, new katas, exports, benchmarks of kernels."""
