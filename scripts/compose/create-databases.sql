-- Two roles that log in, and two databases. `herald` holds the application's tables, which are the engine's, and the schema
-- `herald`, which is Herald's; `hasura` holds the engine's metadata. Of the schema `herald` the engine may do what Herald
-- grants to herald_read, and nothing else; herald_events is for whoever uses docs/events.md: grant herald_events to hasura.
\getenv herald_password HERALD_PASSWORD
\getenv hasura_password HASURA_PASSWORD

create role herald_read nologin;
create role herald_events nologin;
create role herald login password :'herald_password';
create role hasura login password :'hasura_password' in role herald_read;
create database herald owner hasura;
create database hasura owner hasura;
grant create on database herald to herald;
