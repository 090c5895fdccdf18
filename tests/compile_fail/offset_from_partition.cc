// Offsets and partitions are types of their own that do not convert.
// Expected: conversion from
#include <pawl/model/ids.h>

#ifdef PAWL_WRONG
const pawl::Offset kOffset = pawl::PartitionId(3);
#else
const pawl::Offset kOffset = pawl::Offset(3);
#endif
